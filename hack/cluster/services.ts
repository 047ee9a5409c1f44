/** A program that a machine runs from its start on, and starts again a second after its end. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Service {
  /** Names its log, `/var/log/NAME.log` on its machine. */
  readonly name: string
  /** The program and its arguments. Paths are those that the machine sees: see the table in README.md. */
  readonly command: readonly string[]
}

/** Writes one script a service, for boot.sh to run. */
export async function writeServices(folder: string, services: readonly Service[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { name, command } of services) {
    const script = join(folder, name)
    await writeFile(script, `#!/bin/sh\nexec ${command.map(quoted).join(' ')}\n`)
    await chmod(script, 0o755)
  }
}

/** As one word of a shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
