/** Folders and files of a node. Not of this machine: each node has a disk of its own below the state folder. Source: pkg/volume/hostpath. */
import { mkdir, open, realpath, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { NodeError } from '../node-error.ts'
import type { Volume } from '../pod/types.ts'

type HostPath = NonNullable<Volume['hostPath']>
type Stats = Awaited<ReturnType<typeof stat>>

/** What a path must be already, and how one says that it is not. */
const checks: Readonly<Record<string, { holds(found: Stats): boolean; name: string }>> = {
  Directory: { holds: (found) => found.isDirectory(), name: 'directory' },
  File: { holds: (found) => found.isFile(), name: 'file' },
  Socket: { holds: (found) => found.isSocket(), name: 'socket file' },
  CharDevice: { holds: (found) => found.isCharacterDevice(), name: 'character device' },
  BlockDevice: { holds: (found) => found.isBlockDevice(), name: 'block device' },
}

/**
 * Where a hostPath of a node is, made when its type says so.
 * Throws NodeError `FailedMount` when it is not there or of another type, or leads out of the disk: a container could have put a link there.
 */
export async function hostPathOf(disk: string, { path, type = '' }: HostPath): Promise<string> {
  await mkdir(disk, { recursive: true, mode: 0o755 })
  const root = await realpath(disk)
  const place = join(root, path)
  await refuseWayOut(root, place, path)
  if (type === '' || type === 'DirectoryOrCreate') await makeUnlessThere(place)
  if (type === 'FileOrCreate') await (await open(place, 'a', 0o644)).close()
  const found = await stat(place).catch(() => undefined)
  const check = checks[type.replace('OrCreate', '')]
  if (!found || (check && !check.holds(found))) {
    const why = `hostPath type check failed: ${path} is not a ${check?.name ?? 'path'}`
    throw new NodeError(
      'FailedMount',
      `${why} (of the node's own disk, ${disk}; nothing of this machine is shown)`,
    )
  }
  return realpath(place)
}

async function makeUnlessThere(place: string): Promise<void> {
  if ((await stat(place).catch(() => undefined)) === undefined)
    await mkdir(place, { recursive: true, mode: 0o755 })
}

/** The nearest part of the path that is there, with its links followed, must lie on the disk. */
async function refuseWayOut(root: string, place: string, path: string): Promise<void> {
  let part = place
  let found = await realpath(part).catch(() => undefined)
  while (found === undefined) {
    part = dirname(part)
    found = await realpath(part).catch(() => undefined)
  }
  if (found !== root && !found.startsWith(root + sep))
    throw new NodeError('FailedMount', `hostPath ${path} leads out of the node's disk`)
}
