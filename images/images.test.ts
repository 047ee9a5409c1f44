/** The images that `make test` makes anyway: what is in them, what they are called, and what archives of them are like. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importImage } from '../packages/drydock/src/images/import.ts'
import { imageStore } from '../packages/drydock/src/images/store.ts'
import { imageOf } from '../packages/operator/src/images.ts'

const execute = promisify(execFile)
const here = import.meta.dirname
const options = { timeout: 120_000, maxBuffer: 1 << 28 }
const run = async (program: string, ...args: readonly string[]): Promise<string> =>
  (await execute(program, args, options)).stdout.trim()
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex')
const folderOf = (name: string): Promise<string> => run(join(here, 'build'), '--cached', name)

const servers = ['redis-7.0', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'] as const
const recipes = await readdir(join(here, 'recipes'))
let work: string

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'orlop-images-'))
})

afterAll(() => rm(work, { recursive: true, force: true }))

/** Runs a program in the tree as the pods of the operator do: not root, nothing writable, no network. */
async function inside(name: string, ...command: readonly string[]): Promise<string> {
  const tree = join(await folderOf(name), 'rootfs')
  const alone = [
    '--unshare-all',
    '--die-with-parent',
    '--uid',
    '10001',
    '--gid',
    '10001',
    '--cap-drop',
    'ALL',
  ]
  return run('bwrap', '--ro-bind', tree, '/', '--proc', '/proc', '--dev', '/dev', ...alone, ...command)
}

test.each(recipes.filter((name) => /^(redis|valkey)-\d/.test(name)))(
  '%s is called what the operator asks for',
  async (name) => {
    const recipe = await readFile(join(here, 'recipes', name), 'utf8')
    const [engine, version = ''] = name.split('-')
    const spec = { engine: engine === 'valkey' ? 'valkey' : 'redis', version, image: '' } as const
    expect(/^reference=(.*)$/m.exec(recipe)?.[1]).toBe(imageOf({ spec }))
  },
)

test.each(servers)(
  '%s has the server of that version, and what scripts of the operator call',
  async (name) => {
    const [engine = '', version = ''] = name.split('-')
    expect(await inside(name, `${engine}-server`, '--version')).toMatch(new RegExp(` v=${version}\\.\\d+ `))
    expect(await inside(name, `${engine}-cli`, '--version')).toMatch(new RegExp(`^${engine}-cli \\d`))
    const wanted = ['sh', 'timeout', 'sed', 'sort', 'cat', 'rm', 'getent', 'flock']
    const found = await inside(name, 'sh', '-c', `for p in ${wanted.join(' ')}; do command -v $p; done`)
    expect(found.split('\n').map((path) => basename(path))).toEqual(wanted)
    expect(await inside(name, 'getent', 'passwd', '999')).toBe('app:x:999:999::/data:/bin/sh')
    const { config } = JSON.parse(await readFile(join(await folderOf(name), 'config.json'), 'utf8'))
    expect(config).toMatchObject({ User: '999:999', WorkingDir: '/data', Cmd: [`${engine}-server`] })
  },
)

test('arguments alone go to the server, as with the stock image', async () => {
  const entrypoint = (...args: readonly string[]): Promise<string> =>
    inside('redis-8.0', '/usr/local/bin/docker-entrypoint.sh', ...args)
  expect(await entrypoint('--version')).toMatch(/^Redis server v=8\.0\./)
  expect(await entrypoint('redis-cli', '--version')).toMatch(/^redis-cli 8\.0\./)
})

/** Packs a copy of the image, made now, in a cache of its own. */
async function archiveOfCopy(name: string, cache: string): Promise<string> {
  const folder = await folderOf(name)
  const copy = join(work, cache, basename(folder))
  await mkdir(copy, { recursive: true })
  for (const part of ['rootfs', 'config.json', 'name'])
    await run('cp', '-r', '--preserve=mode,links', join(folder, part), copy)
  const env = { ...process.env, ORLOP_CACHE: join(work, cache) }
  const { stdout } = await execute(join(here, 'archive'), ['--cached', name], { ...options, env })
  return stdout.trim()
}

test('an archive depends on nothing but what is in the image', async () => {
  const first = await archiveOfCopy('redis-8.0', 'first')
  const second = await archiveOfCopy('redis-8.0', 'second')
  expect(sha256(await readFile(second))).toBe(sha256(await readFile(first)))
  const listed = await run('tar', '--utc', '--numeric-owner', '-tvf', first)
  const rows = listed.split('\n').map((row) => row.split(/ +/))
  expect(new Set(rows.map(([, owner, , day, time]) => `${owner} ${day} ${time}`))).toEqual(
    new Set(['0/0 1970-01-01 00:00']),
  )
  const [entry] = JSON.parse(await run('tar', '-xOf', first, 'manifest.json'))
  expect(entry.RepoTags).toEqual(['docker.io/library/redis:8.0'])
  const { stdout: layer } = await execute('tar', ['-xOf', first, entry.Layers[0]], {
    ...options,
    encoding: 'buffer',
  })
  const config = await run('tar', '-xOf', first, entry.Config)
  expect(JSON.parse(config).rootfs.diff_ids).toEqual([`sha256:${sha256(layer)}`])

  const inspected = JSON.parse(await run('skopeo', 'inspect', '--config', `docker-archive:${first}`))
  expect(inspected).toMatchObject({ os: 'linux', config: { User: '999:999', Cmd: ['redis-server'] } })
  const [image] = await importImage(imageStore(join(work, 'store')), first)
  expect(image).toMatchObject({ reference: 'docker.io/library/redis:8.0', config: { workingDir: '/data' } })
})

test('a recipe that is not there is told so, and so is an image that is not made', async () => {
  await expect(run(join(here, 'build'), '--cached', 'redis-1.0')).rejects.toThrow(
    /there is no recipe redis-1\.0; there are: busybox /,
  )
  const env = { ...process.env, ORLOP_CACHE: join(work, 'empty') }
  await expect(execute(join(here, 'build'), ['--cached', 'redis-8.0'], { ...options, env })).rejects.toThrow(
    /the image redis-8\.0 is not there yet: images\/build redis-8\.0/,
  )
})
