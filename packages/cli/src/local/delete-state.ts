/** Deleting what the local Kubernetes keeps. */
import { execFile } from 'node:child_process'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { paths, toolPath } from '@orlop/drydock'

const run = promisify(execFile)

/** Everything in the state folder but its images, which are no data: what was imported or pulled once serves the next cluster. */
export async function deleteState(folder: string): Promise<void> {
  for (const entry of await readdir(folder).catch(() => [])) {
    const path = join(folder, entry)
    if (
      path === paths.images(folder) &&
      (await readdir(path).catch(() => [])).some((f) => f.startsWith('sha256-'))
    )
      continue
    await remove(path)
  }
  await rmdir(folder).catch(() => undefined)
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch {
    // A container may have taken the right to look into its folders from their owner, who is root in a namespace of his own.
    const env = { ...process.env, PATH: toolPath(process.env['PATH']) }
    await run('unshare', ['--user', '--map-root-user', 'rm', '-rf', '--', path], { env, timeout: 60_000 })
  }
}
