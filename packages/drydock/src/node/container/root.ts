/** The root file system of one run of a container: the image's, below a layer of its own that is thrown away with the container. */
import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, rm, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { resolveInside } from '../../images/inside.ts'
import { messageOf, NodeError } from '../node-error.ts'
import type { Mount } from './sandbox.ts'

const run = promisify(execFile)

/** Copies of an image are large. */
const copyWithin = 120_000

/**
 * Makes the root of a new run in `folder`, and throws away that of the run before. As an overlay: what is written goes into the layer, the image stays as
 * it is, and both cost nothing beforehand. Where the kernel has none for users (before 5.11) or the disk cannot carry one, a copy of the image.
 * Throws NodeError `CreateContainerError`.
 */
export async function makeRoot(folder: string, image: string): Promise<string> {
  await dropRoot(folder)
  const root = join(folder, 'root')
  for (const name of ['root', 'upper', 'work'])
    await mkdir(join(folder, name), { recursive: true, mode: 0o755 })
  // By short names from within the folder: the options of an overlay bear neither colons nor commas.
  await symlink(image, join(folder, 'lower'))
  const layers = 'lowerdir=lower,upperdir=upper,workdir=work,userxattr'
  try {
    await run('mount', ['-t', 'overlay', 'overlay', '-o', layers, 'root'], { cwd: folder, timeout: 60_000 })
    // The kernel makes it for nobody: the user could not even remove it.
    await chmod(join(folder, 'work', 'work'), 0o700)
  } catch (overlay) {
    try {
      await run('cp', ['-a', '--reflink=auto', `${image}/.`, root], { timeout: copyWithin })
    } catch (cause) {
      throw new NodeError(
        'CreateContainerError',
        `the image can neither be overlaid (${lastLine(overlay)}) nor copied (${lastLine(cause)})`,
        { cause },
      )
    }
  }
  return root
}

async function dropRoot(folder: string): Promise<void> {
  const root = join(folder, 'root')
  const mounted = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .some((line) => line.split(' ')[4]?.replaceAll('\\040', ' ') === root)
  // Lazily: a process that is just ending may still hold it.
  if (mounted) await run('umount', ['--lazy', root], { timeout: 60_000 })
  for (const name of ['root', 'upper', 'work', 'lower'])
    await rm(join(folder, name), { recursive: true, force: true })
}

function lastLine(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
  return stderr.split('\n').at(-1) || messageOf(error)
}

/** The folders that an image declares as volumes, and the folder that holds those of a container. */
export interface ImageVolumes {
  readonly folder: string
  readonly paths: readonly string[]
}

/**
 * Where mounts belong in a root, with the image's own links followed within it: bubblewrap would follow them on this machine. The volumes of the image are
 * among them, where the pod mounts nothing there. Throws NodeError `CreateContainerError` when /proc or /dev is a link.
 */
export async function mountsIn(
  root: string,
  mounts: readonly Mount[],
  volumes: ImageVolumes,
): Promise<readonly Mount[]> {
  for (const path of ['/proc', '/dev'])
    if ((await resolveInside(root, path)).path !== path)
      throw new NodeError('CreateContainerError', `"${path}" must be mounted on ordinary directory`)
  const placed: Mount[] = []
  for (const mount of mounts)
    placed.push({ ...mount, target: (await resolveInside(root, mount.target)).path })
  for (const [i, volume] of volumes.paths.entries()) {
    const target = (await resolveInside(root, volume)).path
    if (target === '/' || placed.some((mount) => mount.target === target)) continue
    const source = join(volumes.folder, 'image-volumes', String(i))
    await copyFolder(join(root, target), source)
    placed.push({ source, target, readOnly: false })
  }
  return placed
}

/** A fresh copy of a folder of the image; an empty one where it has none. */
async function copyFolder(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true })
  await mkdir(to, { recursive: true, mode: 0o755 })
  const there = await stat(from).catch(() => undefined)
  if (there?.isDirectory()) await run('cp', ['-a', `${from}/.`, to], { timeout: copyWithin })
}
