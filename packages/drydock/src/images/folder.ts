import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Entries, Entry } from './entry.ts'

/** What is in a folder of this machine, in an order that is always the same; `hash` is given all that makes it what it is. */
export async function* folderEntries(folder: string, hash: Hash, below = ''): Entries {
  const names = await readdir(join(folder, below))
  for (const name of names.sort()) {
    const path = join(below, name)
    const at = join(folder, path)
    const { mode, mtimeMs, ...is } = await lstat(at).then((s) => ({
      mode: s.mode,
      mtimeMs: s.mtimeMs,
      type: typeOf(s),
    }))
    const target = is.type === 'symlink' ? await readlink(at) : ''
    hash.update(JSON.stringify([path, is.type, mode & 0o777, target]))
    yield {
      path,
      type: is.type,
      mode,
      target,
      modified: mtimeMs,
      content: is.type === 'file' ? contentOf(at, hash) : nothing(),
    }
    if (is.type === 'folder') yield* folderEntries(folder, hash, path)
  }
}

function typeOf(s: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): Entry['type'] {
  return s.isFile() ? 'file' : s.isDirectory() ? 'folder' : s.isSymbolicLink() ? 'symlink' : 'other'
}

async function* contentOf(file: string, hash: Hash): AsyncGenerator<Uint8Array> {
  const own = createHash('sha256')
  for await (const chunk of createReadStream(file)) {
    own.update(chunk)
    yield chunk
  }
  hash.update(own.digest())
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
