/** Folders of the store whose names start with a dot: what is being made or removed, and counts as not there. */
import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno, isFull } from '../state.ts'
import { ImageError } from './image-error.ts'

/** What a process that was killed left is removed after this; ms. */
const abandoned = 24 * 3600 * 1000

/**
 * Gives work a folder of its own in the store, which is gone afterwards, however that ends.
 * @throws ImageError `ImageStore` when the disk is full or the store cannot be written.
 */
export async function inWorkFolder<T>(
  store: string,
  now: number,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = join(store, `.work-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(store, { recursive: true, mode: 0o700 })
    await sweep(store, now - abandoned)
    await mkdir(folder, { mode: 0o700 })
    try {
      return await work(folder)
    } finally {
      await removeTree(folder)
    }
  } catch (cause) {
    throw storeFailure(store, cause)
  }
}

/** Removes a folder of the store: out of sight at once, then file by file. */
export async function removeFrom(store: string, folder: string): Promise<void> {
  const away = join(store, `.removed-${randomBytes(6).toString('hex')}`)
  try {
    await rename(folder, away)
    await removeTree(away)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw storeFailure(store, error)
  }
}

async function sweep(store: string, before: number): Promise<void> {
  for (const entry of await readdir(store)) {
    if (!/^\.(work|removed)-/.test(entry)) continue
    const { mtimeMs } = await lstat(join(store, entry)).catch(() => ({ mtimeMs: before }))
    if (mtimeMs < before) await removeTree(join(store, entry))
  }
}

function removeTree(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 2 })
}

/** What a person can mend, said so; anything else as it is. */
export function storeFailure(store: string, cause: unknown): unknown {
  if (cause instanceof ImageError) return cause
  const [what, remedy] = isFull(cause)
    ? [
        'the disk is full',
        'free some space there: orlop images ls tells what each takes, orlop images rm removes one',
      ]
    : isErrno(cause, 'EACCES', 'EPERM', 'EROFS')
      ? ['it cannot be written', 'make it yours, or set ORLOP_HOME to another folder']
      : isErrno(cause, 'ENAMETOOLONG')
        ? ['a name is too long', 'choose a shorter one']
        : []
  if (what === undefined || remedy === undefined) return cause
  return new ImageError('ImageStore', `cannot store images in ${store}: ${what}`, { cause, remedy })
}
