/** Loop devices whose file is one of a cluster. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from './command.ts'

export interface Loop {
  readonly path: string
  /** The device and the inode of its file, e.g. `254:0 1234`. */
  readonly file: string
}

/**
 * The loop devices on files below a folder. Files are compared by their inodes: the path that the kernel tells is the one that the machine
 * saw which set the device up.
 */
export async function loopsOn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = new Set<string>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const found = await stat(join(entry.parentPath, entry.name), { bigint: true }).catch(() => undefined)
    if (found) files.add(`${deviceOf(found.dev)} ${found.ino}`)
  }
  if (files.size === 0) return []
  return loopsWith(await allLoops(), files)
}

/** Those on these files, after those on files of file systems that lie on such a device. */
export function loopsWith(all: readonly Loop[], files: ReadonlySet<string>): string[] {
  return all
    .filter(({ file }) => files.has(file))
    .flatMap(({ path }) => [...loopsWith(all, new Set(filesOn(all, path))), path])
}

/** A loop device's major number is 7, its minor one that of its name: Documentation/admin-guide/devices.txt. */
function filesOn(all: readonly Loop[], device: string): string[] {
  const prefix = `7:${device.replace('/dev/loop', '')} `
  return all.map(({ file }) => file).filter((file) => file.startsWith(prefix))
}

async function allLoops(): Promise<Loop[]> {
  const columns = ['--list', '--noheadings', '--raw', '--output', 'NAME,BACK-MAJ:MIN,BACK-INO']
  return parseLoops(await command('losetup', columns))
}

export function parseLoops(text: string): Loop[] {
  return text.split('\n').flatMap((line) => {
    const [path, device, inode] = line.trim().split(/\s+/)
    return path && device && inode ? [{ path, file: `${device} ${inode}` }] : []
  })
}

/** Major and minor number, as glibc's gnu_dev_major and gnu_dev_minor take them out of one. */
export function deviceOf(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn)
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn & 0xffffffffn)
  return `${major}:${minor}`
}

export async function detach(device: string): Promise<void> {
  // It goes by itself with its last mount: then it is gone already.
  await command('losetup', ['--detach', device]).catch(() => undefined)
}
