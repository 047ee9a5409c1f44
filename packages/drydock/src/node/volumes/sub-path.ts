import { mkdir, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { NodeError } from '../node-error.ts'
import { insidePath } from './payload.ts'

/**
 * The place of a `subPath` in a volume, with links resolved; made as a folder when it is missing and `make` is set.
 * Throws NodeError `FailedMount` when it leads out of the volume: a container could have put a link there to see the machine.
 */
export async function subPathOf(volume: string, subPath: string, make: boolean): Promise<string> {
  const root = await realpath(volume)
  const path = join(root, insidePath(subPath))
  let found = await realpath(path).catch(() => undefined)
  if (found === undefined && make) {
    await mkdir(path, { recursive: true, mode: 0o755 })
    found = await realpath(path)
  }
  if (found === undefined)
    throw new NodeError('CreateContainerConfigError', `failed to prepare subPath "${subPath}": no such file`)
  if (found !== root && !found.startsWith(root + sep)) {
    throw new NodeError('FailedMount', `subPath "${subPath}" leads out of its volume`)
  }
  return found
}
