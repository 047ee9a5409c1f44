import { lstat, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../state.ts'
import { badImage } from './image-error.ts'

/** Where a path leads in a root file system. */
export interface Inside {
  /** Below the root, without links: "/usr/lib/x". What is not there is appended as it was written. */
  readonly path: string
  /** A `..` led above the root; it was taken for the root, as the kernel does. */
  readonly climbed: boolean
}

/** As many as the kernel follows. */
const mostLinks = 40

/**
 * Follows a path in a root file system as a process sees it whose root that is: an absolute link starts there again. Nothing else of this
 * machine is ever looked at.
 * @throws ImageError `BadImage` for links that lead in a circle.
 */
export async function resolveInside(root: string, path: string): Promise<Inside> {
  let real: string[] = []
  const ahead = path.split('/')
  let climbed = false
  let links = 0
  for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      climbed ||= real.length === 0
      real.pop()
      continue
    }
    const target = await linkAt(join(root, ...real, part))
    if (target === undefined) {
      real.push(part)
      continue
    }
    if (++links > mostLinks) throw badImage(`too many links on the way to ${path}`)
    if (target.startsWith('/')) real = []
    ahead.unshift(...target.split('/'))
  }
  return { path: `/${real.join('/')}`, climbed }
}

/** Where a link leads; undefined for anything that is no link, or is not there. */
async function linkAt(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
