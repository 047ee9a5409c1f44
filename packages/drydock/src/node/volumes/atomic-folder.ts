import { chmod, mkdir, mkdtemp, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Payload } from './payload.ts'

/** The link whose change of target changes all files of a volume at once. */
const dataLink = '..data'

/**
 * Makes `folder` show exactly the files of `payload`, all at once: a reader sees the files of before or those of after, never some of each.
 * As the kubelet's atomic writer: files live in a folder of their own, `..data` points to it, and each name points through `..data`.
 */
export async function writeAtomically(folder: string, payload: Payload): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const before = await readlink(join(folder, dataLink)).catch(() => undefined)
  const fresh = await mkdtemp(`${folder}/..files_`)
  await chmod(fresh, 0o755)
  for (const [path, file] of payload) {
    const target = join(fresh, path)
    await mkdir(dirname(target), { recursive: true, mode: 0o755 })
    await writeFile(target, file.data)
    await chmod(target, file.mode)
  }
  await swapLink(folder, dataLink, fresh.slice(folder.length + 1))
  const names = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? path))
  const shown = new Set((await readdir(folder)).filter((name) => !name.startsWith('..')))
  for (const name of names) if (!shown.has(name)) await swapLink(folder, name, join(dataLink, name))
  for (const name of shown) if (!names.has(name)) await rm(join(folder, name), { force: true })
  if (before !== undefined) await rm(join(folder, before), { recursive: true, force: true })
}

async function swapLink(folder: string, name: string, target: string): Promise<void> {
  const temporary = join(folder, `..tmp_${name}`)
  await rm(temporary, { force: true })
  await symlink(target, temporary)
  await rename(temporary, join(folder, name))
}

/** Whether two payloads would give the same files. */
export function samePayload(a: Payload, b: Payload): boolean {
  if (a.size !== b.size) return false
  for (const [path, file] of a) {
    const other = b.get(path)
    if (!other || other.mode !== file.mode || !other.data.equals(file.data)) return false
  }
  return true
}
