/** Volumes in memory are mounts below the state folder: they must go before the folder can. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Unmounts everything below a folder, innermost first. */
export async function releaseMounts(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4]?.replaceAll('\\040', ' ') ?? '')
    .filter((point) => point.startsWith(`${folder}/`))
    .reverse()
  // Lazily: a process that is just ending may still hold one, and nobody comes back to it.
  for (const point of mounts) await run('umount', ['--lazy', point], { timeout: 60_000 })
}
