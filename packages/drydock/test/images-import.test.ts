/** What becomes of archives: well made ones, broken ones, and hostile ones. */
import { execFile } from 'node:child_process'
import { chmod, lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { importImage } from '../src/images/import.ts'
import { referenceOf } from '../src/images/reference.ts'
import type { ImageStore, StoredImage } from '../src/images/store.ts'
import { bytes, dockerArchive, emptyStore, type TarEntry, tarOf } from './image-fixture.ts'

const run = promisify(execFile)
let store: ImageStore
let around: string
let remove: () => Promise<void>

beforeEach(async () => {
  ;({ store, around, remove } = await emptyStore())
})

afterEach(() => remove())

async function imported(...layers: (readonly TarEntry[])[]): Promise<StoredImage> {
  const archive = await dockerArchive(await Promise.all(layers.map(tarOf)))
  const [image] = await importImage(store, bytes(archive))
  if (!image) throw new Error('nothing was imported')
  return image
}

const text = (image: StoredImage, path: string): Promise<string> => readFile(join(image.rootfs, path), 'utf8')

test('layers lie over each other, whatever they are compressed by', async () => {
  const layers = [
    await tarOf([
      ['a', 'below'],
      ['b', 'kept'],
    ]),
    await tarOf([['a', 'above']]),
  ]
  for (const pressed of [undefined, gzipSync, zstdCompressSync]) {
    const archive = await dockerArchive(layers, { tags: ['a:1', 'b:2'], ...(pressed && { pressed }) })
    const images = await importImage(store, bytes(pressed === gzipSync ? gzipSync(archive) : archive))
    expect(images.map((i) => i.reference)).toEqual(['docker.io/library/a:1', 'docker.io/library/b:2'])
    for (const image of images)
      expect([await text(image, 'a'), await text(image, 'b')]).toEqual(['above', 'kept'])
    for (const image of images) await store.remove(image.reference)
  }
  expect(await store.list()).toEqual([])
})

test('the same again is one image, also at the same time', async () => {
  const archive = await dockerArchive([await tarOf([['a', 'x'.repeat(100_000)]])])
  const all = await Promise.all([1, 2, 3].map(() => importImage(store, bytes(archive))))
  expect(new Set(all.flat().map((image) => image.id)).size).toBe(1)
  expect(await store.list()).toHaveLength(1)
  expect((await readdir(store.folder)).filter((name) => name.startsWith('.'))).toEqual([])
})

test('a whiteout hides what lies below its layer, an opaque one everything in a folder', async () => {
  const image = await imported(
    [
      ['etc/gone', '1'],
      ['etc/stays', '1'],
      ['opaque/old', '1'],
      ['opaque/sub/old', '1'],
      ['dir/x', '1'],
    ],
    [
      ['etc/.wh.gone', ''],
      ['opaque/new', '2'],
      ['opaque/sub/new', '2'],
      ['opaque/.wh..wh..opq', ''],
      ['.wh.dir', ''],
      ['.wh..wh.plnk', ''],
    ],
  )
  expect(await readdir(join(image.rootfs, 'etc'))).toEqual(['stays'])
  expect(await readdir(join(image.rootfs, 'opaque'))).toEqual(['new', 'sub'])
  expect(await readdir(join(image.rootfs, 'opaque/sub'))).toEqual(['new'])
  expect((await readdir(image.rootfs)).sort()).toEqual(['etc', 'opaque'])
})

test('links of an image are followed within it, absolute ones too', async () => {
  const image = await imported(
    [
      { name: 'lib', type: 'symlink', linkname: '/usr/lib' },
      { name: 'usr/lib', type: 'directory' },
      ['usr/lib/old', '1'],
    ],
    [['lib/new', '2'], { name: 'again', type: 'link', linkname: 'lib/new' }],
  )
  expect(await readlink(join(image.rootfs, 'lib'))).toBe('/usr/lib')
  expect([await text(image, 'usr/lib/new'), await text(image, 'again')]).toEqual(['2', '2'])
})

test('the bits that lend rights are left out, folders can be passed, files be read', async () => {
  const image = await imported([
    { name: 'secret', type: 'directory', mode: 0o005 },
    { name: 'tmp', type: 'directory', mode: 0o1777 },
    { name: 'su', type: 'file', mode: 0o6755, size: 0 },
    { name: 'shadow', type: 'file', mode: 0o040, size: 0 },
    { name: 'null', type: 'character-device', devmajor: 1, devminor: 3 },
  ])
  const modes = Object.fromEntries(
    await Promise.all(
      (await readdir(image.rootfs)).map(async (n) => [
        n,
        ((await lstat(join(image.rootfs, n))).mode & 0o7777).toString(8),
      ]),
    ),
  )
  expect(modes).toEqual({ secret: '705', tmp: '1777', su: '755', shadow: '640' })
})

const outside = 'outside'
test.each<[string, readonly TarEntry[]]>([
  ['a name with ..', [['../outside', 'x']]],
  ['a name with .. within', [['a/../../../outside', 'x']]],
  ['a link above the root', [{ name: 'l', type: 'symlink', linkname: '../../..' }, ['l/outside', 'x']]],
  [
    'a link to a link',
    [
      { name: 'a', type: 'symlink', linkname: 'b/..' },
      { name: 'b', type: 'symlink', linkname: '..' },
      ['a/outside', 'x'],
    ],
  ],
  ['a hard link out', [{ name: 'h', type: 'link', linkname: '../../../../etc/passwd' }]],
  [
    'a hard link by a link out',
    [
      { name: 'l', type: 'symlink', linkname: '../../../../etc' },
      { name: 'h', type: 'link', linkname: 'l/passwd' },
    ],
  ],
  ['a whiteout of the folder above', [['a/.wh...', '']]],
  [
    'a circle of links',
    [
      { name: 'a', type: 'symlink', linkname: 'b' },
      { name: 'b', type: 'symlink', linkname: 'a' },
      ['a/x', 'x'],
    ],
  ],
  [
    'a file as a folder',
    [
      ['f', 'x'],
      ['f/outside', 'x'],
    ],
  ],
])('%s is refused, and nothing is left', async (_, entries) => {
  await expect(imported(entries)).rejects.toMatchObject({ code: 'BadImage' })
  expect(await readdir(around)).toEqual(['store'])
  expect(await readdir(store.folder)).toEqual([])
})

test('an absolute link and an absolute name stay inside: nothing of this machine is written', async () => {
  const victim = join(around, outside)
  await writeFile(victim, 'mine')
  const image = await imported([
    { name: 'x', type: 'symlink', linkname: around },
    ['x/outside', 'theirs'],
    [victim, 'theirs'],
    { name: 'y', type: 'symlink', linkname: victim },
    ['y', 'theirs'],
  ])
  expect(await readFile(victim, 'utf8')).toBe('mine')
  expect(await text(image, victim)).toBe('theirs')
  expect((await lstat(join(image.rootfs, 'y'))).isFile()).toBe(true)
})

test('a file that an archive names outside itself is not read', async () => {
  const manifest = JSON.stringify([{ Config: '../../../../etc/passwd', RepoTags: ['a:1'], Layers: [] }])
  const archive = await tarOf([['manifest.json', manifest]])
  await expect(importImage(store, bytes(archive))).rejects.toMatchObject({ code: 'BadImage' })
})

test('an archive that is cut off anywhere is refused, and nothing is left', async () => {
  const archive = gzipSync(
    await dockerArchive([
      await tarOf([
        ['a', 'x'.repeat(5000)],
        ['b', 'y'],
      ]),
    ]),
    { level: 0 },
  )
  const plain = await dockerArchive([
    await tarOf([
      ['a', 'x'.repeat(5000)],
      ['b', 'y'],
    ]),
  ])
  for (const whole of [archive, plain]) {
    // The end of a tar is zeros, which some tools leave out.
    for (let cut = 0; cut < whole.length - 3000; cut += 777)
      await expect(importImage(store, bytes(whole.subarray(0, cut))), `${cut}`).rejects.toMatchObject({
        code: 'BadImage',
      })
  }
  expect(await readdir(store.folder)).toEqual([])
})

test('a layer that is not what its digest says is refused', async () => {
  const archive = await dockerArchive([await tarOf([['a', 'x'.repeat(5000)]])])
  const at = archive.indexOf('xxxx')
  archive[at] = 'y'.charCodeAt(0)
  await expect(importImage(store, bytes(archive))).rejects.toMatchObject({ code: 'BadImage' })
  expect(await store.list()).toEqual([])
})

test('what is no image is told so', async () => {
  for (const archive of [await tarOf([['hello', 'x']]), Buffer.from('hello'), Buffer.alloc(0)])
    await expect(importImage(store, bytes(archive))).rejects.toMatchObject({ code: 'BadImage' })
  await expect(importImage(store, join(around, 'nothing'))).rejects.toMatchObject({ code: 'BadImage' })
})

test('an image that umoci makes is unpacked as umoci does it', async () => {
  const layout = join(around, 'layout')
  const umoci = (...args: string[]): Promise<unknown> => run('umoci', args, { cwd: around, timeout: 60_000 })
  await umoci('init', '--layout', layout)
  await umoci('new', '--image', `${layout}:1`)
  await mkdir(join(around, 'tree/sub/deep'), { recursive: true })
  await writeFile(join(around, 'tree/sub/a'), 'a')
  await writeFile(join(around, 'tree/sub/deep/b'), 'b')
  await writeFile(join(around, 'tree/run'), '#!/bin/sh\n', { mode: 0o755 })
  await symlink('/sub/a', join(around, 'tree/link'))
  await umoci('insert', '--rootless', '--image', `${layout}:1`, join(around, 'tree'), '/')
  await umoci('insert', '--rootless', '--image', `${layout}:1`, '--whiteout', '/sub/a')
  await umoci(
    'insert',
    '--rootless',
    '--image',
    `${layout}:1`,
    '--opaque',
    join(around, 'tree/sub/deep'),
    '/sub',
  )
  await umoci(
    'config',
    '--image',
    `${layout}:1`,
    '--config.user',
    'u:g',
    '--config.cmd',
    '/run',
    '--config.env',
    'A=b=c',
  )
  await umoci('raw', 'unpack', '--rootless', '--image', `${layout}:1`, join(around, 'theirs'))
  await expect(importImage(store, layout)).rejects.toMatchObject({ code: 'BadReference' })
  const [image] = await importImage(store, layout, { reference: referenceOf('made:1') })
  const tree = async (folder: string): Promise<string> =>
    (await run('find', [folder, '-mindepth', '1', '-printf', '%P %y %m %l %s\n'], { timeout: 30_000 })).stdout
      .split('\n')
      // Sizes of folders are the disk's business.
      .map((line) => (/ d /.test(line) ? line.replace(/\d+$/, '') : line))
      .sort()
      .join('\n')
  expect(await tree(image?.rootfs ?? '')).toBe(await tree(join(around, 'theirs')))
  expect(image?.config).toMatchObject({ user: 'u:g', cmd: ['/run'], env: expect.arrayContaining(['A=b=c']) })
})

test('a folder is imported as it is, with what it is told about running it', async () => {
  const folder = join(around, 'tree')
  await mkdir(join(folder, 'bin'), { recursive: true })
  await writeFile(join(folder, 'bin/app'), 'x')
  await chmod(join(folder, 'bin/app'), 0o755)
  await symlink('bin', join(folder, 'sbin'))
  const options = { reference: referenceOf('app'), config: { cmd: ['app'], user: '7' } }
  const [first] = await importImage(store, folder, options)
  const [again] = await importImage(store, folder, options)
  expect(first).toMatchObject({
    id: again?.id,
    reference: 'docker.io/library/app:latest',
    config: options.config,
  })
  expect((await stat(join(first?.rootfs ?? '', 'sbin/app'))).mode & 0o777).toBe(0o755)
  await writeFile(join(folder, 'bin/app'), 'y')
  const [changed] = await importImage(store, folder, options)
  expect(changed?.id).not.toBe(first?.id)
  // The older one lost its name, and is still there for who runs in it.
  expect((await store.list()).map((i) => [i.reference, i.id])).toEqual([
    ['docker.io/library/app:latest', changed?.id],
    ['', first?.id],
  ])
})

test('images are found by name, tag, digest, and removed by name or id', async () => {
  const image = await imported([['a', 'x']])
  for (const name of [
    'app:1',
    'docker.io/app:1',
    'docker.io/library/app:1',
    `app@${image.id}`,
    `app:1@${image.id}`,
  ])
    expect((await store.find(referenceOf(name)))?.id, name).toBe(image.id)
  for (const name of ['app', 'app:2', 'example.com/app:1', `app:2@${image.id}`, `other@${image.id}`])
    expect(await store.find(referenceOf(name)), name).toBeUndefined()
  await expect(store.remove('app:2')).rejects.toMatchObject({ code: 'NoSuchImage' })
  await store.remove(image.id.slice(7, 19))
  expect(await store.list()).toEqual([])
  expect(await readdir(store.folder)).toEqual(['references'])
})

test('a full disk is told, and nothing is left', async () => {
  await mkdir(store.folder)
  await run('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', store.folder], { timeout: 30_000 })
  try {
    await expect(imported([['a', 'x'.repeat(400_000)]])).rejects.toMatchObject({ code: 'ImageStore' })
    expect(await readdir(store.folder)).toEqual([])
  } finally {
    await run('umount', [store.folder], { timeout: 30_000 })
  }
})
