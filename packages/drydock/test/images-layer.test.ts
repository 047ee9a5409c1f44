/** The layer that a container writes in, on disks that can carry an overlay and on those that cannot. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { releaseMounts } from '../src/mounts.ts'
import { makeRoot } from '../src/node/container/root.ts'

const run = promisify(execFile)
let folder: string
let image: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layer, with: all-'))
  image = join(folder, 'image')
  await mkdir(join(image, 'etc'), { recursive: true })
  await writeFile(join(image, 'etc/one'), 'of the image')
})

afterEach(async () => {
  await releaseMounts(folder)
  await rm(folder, { recursive: true, force: true })
})

const mounted = async (path: string): Promise<boolean> =>
  (await run('mountpoint', ['-q', path], { timeout: 30_000 }).catch(() => undefined)) !== undefined

async function lifeOf(container: string): Promise<string> {
  const root = await makeRoot(container, image)
  expect((await readdir(join(root, 'etc'))).sort()).toEqual(['one'])
  await writeFile(join(root, 'etc/one'), 'changed')
  await writeFile(join(root, 'etc/two'), 'new')
  expect(await readFile(join(root, 'etc/one'), 'utf8')).toBe('changed')
  return root
}

test('each run of a container starts from the image, which stays as it is', async () => {
  const container = join(folder, 'container')
  await mkdir(container)
  await lifeOf(container)
  const root = await lifeOf(container)
  expect(await mounted(root)).toBe(true)
  expect(await readdir(join(image, 'etc'))).toEqual(['one'])
  expect(await readFile(join(image, 'etc/one'), 'utf8')).toBe('of the image')
  // An ordinary user outside can delete all of it.
  expect((await stat(join(container, 'work/work'))).mode & 0o700).toBe(0o700)
})

test('where the disk carries no overlay, the container has a copy', async () => {
  // An overlay itself is no place for the layer of another.
  const disk = join(folder, 'disk')
  for (const name of ['disk', 'lower', 'upper', 'work']) await mkdir(join(folder, name))
  const layers = 'lowerdir=lower,upperdir=upper,workdir=work,userxattr'
  await run('mount', ['-t', 'overlay', 'overlay', '-o', layers, 'disk'], { cwd: folder, timeout: 30_000 })
  const container = join(disk, 'container')
  await mkdir(container)
  await lifeOf(container)
  const root = await lifeOf(container)
  expect(await mounted(root)).toBe(false)
  expect(await readFile(join(image, 'etc/one'), 'utf8')).toBe('of the image')
})

test('an image that can neither be laid below nor copied is told with both reasons', async () => {
  const container = join(folder, 'container')
  await mkdir(container)
  await expect(makeRoot(container, join(folder, 'nothing'))).rejects.toMatchObject({
    code: 'CreateContainerError',
    message: expect.stringMatching(/neither be overlaid \(.+\) nor copied \(.+\)/),
  })
})
