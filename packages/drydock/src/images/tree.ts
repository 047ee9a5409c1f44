/**
 * Builds a root file system from layers. An archive is not trusted: nothing is ever written outside the root, whatever names and links it has.
 * Everything belongs to whoever builds it, for that is the one user there is in a container; so folders are made passable and files readable for their owner,
 * and the bits that lend the owner's rights to others are left out, as are devices.
 */
import { chmod, link, lstat, mkdir, open, readdir, rm, symlink } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { isErrno } from '../state.ts'
import type { Entries, Entry } from './entry.ts'
import { badImage } from './image-error.ts'
import { resolveInside } from './inside.ts'

const whiteout = '.wh.'
const opaque = '.wh..wh..opq'

/** Lays one layer over what is in `root`, whiteouts included; gives the bytes of its files. @throws ImageError `BadImage`. */
export async function applyLayer(root: string, entries: Entries, signal?: AbortSignal): Promise<number> {
  /** What this layer brought, and the folders that lead there: a whiteout hides only what lies below the layer. */
  const own = new Set<string>()
  let bytes = 0
  for await (const entry of entries) {
    signal?.throwIfAborted()
    const path = contained(entry.path)
    if (path === '') continue
    const folder = await folderFor(root, posix.dirname(path))
    const name = posix.basename(path)
    if (name.startsWith(whiteout)) {
      if (name === opaque) await clear(join(root, folder), folder, own)
      else if (!name.startsWith(`${whiteout}${whiteout}`)) await hide(root, folder, name, own)
      continue
    }
    const target = posix.join(folder, name)
    bytes += await place(root, target, entry)
    for (let at = target; at !== '/' && !own.has(at); at = posix.dirname(at)) own.add(at)
  }
  return bytes
}

/** The path without a slash before it and without `..`. */
function contained(path: string): string {
  const clean = posix.normalize(`./${path}`).replace(/\/$/, '')
  if (clean === '..' || clean.startsWith('../')) throw badImage(`an entry leads out of the image: ${path}`)
  if (path.includes('\0')) throw badImage('an entry has a name with a zero byte')
  return clean === '.' ? '' : clean
}

/** The real path of a folder below the root, made where it is not there yet. */
async function folderFor(root: string, path: string): Promise<string> {
  const real = await inside(root, path)
  try {
    await mkdir(join(root, real), { recursive: true, mode: 0o755 })
  } catch (cause) {
    if (!isErrno(cause, 'EEXIST', 'ENOTDIR')) throw cause
    throw badImage(`a file stands where a folder is needed: ${path}`, cause)
  }
  return real
}

async function inside(root: string, path: string): Promise<string> {
  const { path: real, climbed } = await resolveInside(root, path)
  if (climbed) throw badImage(`a link leads out of the image: ${path}`)
  return real
}

/** Puts one entry in the place of whatever is there; gives the bytes of its content. */
async function place(root: string, path: string, entry: Entry): Promise<number> {
  const at = join(root, path)
  const there = await lstat(at).catch(() => undefined)
  if (entry.type === 'folder' && there?.isDirectory()) {
    await chmod(at, folderMode(entry.mode))
    return 0
  }
  if (entry.type === 'hardlink') return linkTo(root, at, entry)
  if (there) await rm(at, { recursive: true, force: true })
  if (entry.type === 'file') return writeContent(at, entry)
  if (entry.type === 'symlink') await symlink(entry.target, at)
  else if (entry.type === 'folder') {
    await mkdir(at)
    // Apart from mkdir, whose mode the umask would narrow.
    await chmod(at, folderMode(entry.mode))
  }
  return 0
}

async function linkTo(root: string, at: string, entry: Entry): Promise<number> {
  const target = contained(entry.target)
  const folder = await inside(root, posix.dirname(target))
  const from = join(root, folder, posix.basename(target))
  if (from === at) return 0
  const there = await lstat(from).catch(() => undefined)
  if (there === undefined || there.isDirectory())
    throw badImage(`a hard link leads to what is not there: ${entry.target}`)
  await rm(at, { recursive: true, force: true })
  await link(from, at)
  return 0
}

async function writeContent(at: string, entry: Entry): Promise<number> {
  let bytes = 0
  // Exclusive: never through a link.
  const file = await open(at, 'wx', 0o600)
  try {
    for await (const part of entry.content) {
      bytes += part.byteLength
      for (let done = 0; done < part.byteLength; ) done += (await file.write(part, done)).bytesWritten
    }
    await file.chmod((entry.mode & 0o777) | 0o600)
    const seconds = entry.modified / 1000
    await file.utimes(seconds, seconds)
  } finally {
    await file.close()
  }
  return bytes
}

/** With the bit that keeps users from each other's files, as /tmp has it. */
function folderMode(mode: number): number {
  return (mode & 0o1777) | 0o700
}

/** Hides what lower layers have by a name. */
async function hide(root: string, folder: string, marker: string, own: ReadonlySet<string>): Promise<void> {
  const name = marker.slice(whiteout.length)
  if (name === '' || name === '.' || name === '..')
    throw badImage(`a whiteout of nothing: ${folder}/${marker}`)
  const path = posix.join(folder, name)
  if (own.has(path)) await clear(join(root, path), path, own)
  else await rm(join(root, path), { recursive: true, force: true })
}

/** Removes everything in a folder that this layer did not bring. */
async function clear(at: string, path: string, own: ReadonlySet<string>): Promise<void> {
  for (const child of await readdir(at, { withFileTypes: true }).catch(() => [])) {
    const inner = posix.join(path, child.name)
    if (!own.has(inner)) await rm(join(at, child.name), { recursive: true, force: true })
    else if (child.isDirectory()) await clear(join(at, child.name), inner, own)
  }
}
