/** Loop devices whose file is one of a cluster. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from './command.ts'

/**
 * The loop devices on files below a folder. Files are compared by their inodes: the kernel tells the path that the machine saw which
 * set the device up.
 */
export async function loopsOn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const inodes = new Set<string>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const found = await stat(join(entry.parentPath, entry.name), { bigint: true }).catch(() => undefined)
    if (found) inodes.add(String(found.ino))
  }
  if (inodes.size === 0) return []
  return parseLoops(
    await command('losetup', ['--list', '--noheadings', '--raw', '--output', 'NAME,BACK-INO']),
  )
    .filter(({ inode }) => inodes.has(inode))
    .map(({ device }) => device)
}

export function parseLoops(text: string): { readonly device: string; readonly inode: string }[] {
  return text.split('\n').flatMap((line) => {
    const [device, inode] = line.trim().split(/\s+/)
    return device && inode ? [{ device, inode }] : []
  })
}

export async function detach(device: string): Promise<void> {
  // It goes by itself with its last mount: then it is gone already.
  await command('losetup', ['--detach', device]).catch(() => undefined)
}
