import { execFile } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { nodeFile } from './setup.ts'

const run = promisify(execFile)

/** Removes the folder of a pod, and unmounts what is mounted in it first. */
export async function releaseFolder(folder: string): Promise<void> {
  const table = await readFile('/proc/self/mounts', 'utf8')
  const mounted = table.split('\n').map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
  for (const path of mounted.filter((m) => m.startsWith(`${folder}/`)))
    await run('umount', ['-l', path], { timeout: 60_000 })
  await rm(folder, { recursive: true, force: true })
}

/** Removes what is left of pods of this node that are no longer in the API. */
export async function releaseForgotten(
  stateDir: string,
  node: string,
  known: ReadonlySet<string>,
): Promise<void> {
  const folder = join(stateDir, 'pods')
  for (const uid of await readdir(folder).catch(() => [])) {
    if (known.has(uid)) continue
    const owner = await readFile(join(folder, uid, nodeFile), 'utf8').catch(() => undefined)
    if (owner === node) await releaseFolder(join(folder, uid))
  }
}
