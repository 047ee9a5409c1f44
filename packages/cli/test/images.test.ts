/** Images by the command line, as a user has them: without a running cluster, and with pods that run in them. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { resources } from '@orlop/kube'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHome, eventually, type Home } from './orlop.ts'

const run = promisify(execFile)
let home: Home

beforeEach(async () => {
  home = await createHome()
})

afterEach(() => home.remove())

/** A root file system with a static shell. */
async function rootfs(): Promise<string> {
  const script = new URL('../../../images/build', import.meta.url).pathname
  const { stdout } = await run(script, ['--cached', 'redis-8.0'], { timeout: 60_000 })
  const folder = join(home.folder, '..', 'rootfs')
  await mkdir(join(folder, 'bin'), { recursive: true })
  await run('cp', [join(stdout.trim(), 'rootfs/bin/busybox'), join(folder, 'bin/sh')], { timeout: 30_000 })
  return folder
}

const cells = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(/ {3,}/))

test('a folder is imported, shown and removed while nothing runs', async () => {
  const folder = await rootfs()
  expect(await home.ok('images', 'ls')).toMatch(/^No images/)
  const said = await home.ok('images', 'import', folder, 'app:1', '--cmd', 'sh -c true', '--user', '7')
  expect(said).toMatch(/✓ import .*\napp:1 {2}sha256:[0-9a-f]{12} {2}[\d.]+ MB\n$/)
  const [titles, row] = cells(await home.ok('images', 'ls'))
  expect(titles).toEqual(['REFERENCE', 'ID', 'SIZE', 'AGE', 'USED BY'])
  expect(row).toEqual([
    'app:1',
    expect.stringMatching(/^[0-9a-f]{12}$/),
    expect.stringMatching(/MB$/),
    expect.stringMatching(/s$/),
    '-',
  ])
  expect(await home.ok('images', 'ls', '-o', 'name')).toBe('app:1\n')
  expect(JSON.parse(await home.ok('images', 'ls', '-o', 'json'))).toMatchObject([
    { reference: 'docker.io/library/app:1', config: { cmd: ['sh', '-c', 'true'], user: '7' }, pods: [] },
  ])
  await home.ok('images', 'import', folder, 'app:2', '--cmd', 'sh -c true', '--user', '7')
  expect(await home.ok('images', 'rm', 'app:1')).toBe('✓ app:1 removed\n')
  expect(await home.ok('images', 'rm', row?.[1] ?? '')).toBe('✓ app:2 removed\n')
  expect(await home.ok('images', 'ls', '-o', 'json')).toBe('[]\n')
})

test.each([
  [
    ['images', 'rm', 'none:1'],
    1,
    /^error \(NoSuchImage\): there is no image "none:1"\n {2}see: orlop images ls/,
  ],
  [['images', 'import', '/nowhere.tar'], 1, /^error \(BadImage\): \/nowhere.tar is not there/],
  [['images', 'import', '/usr/bin/env', 'a:1'], 1, /^error \(BadImage\): /],
  [
    ['images', 'import', '/usr/bin/env', 'NO'],
    1,
    /^error \(BadReference\): "NO" is no name of an image\n {2}write/,
  ],
  [['images', 'import', '/usr/lib/os-release', 'a', '--env', 'x'], 1, /--env x: write NAME=VALUE/],
  [
    ['images', 'pull', '127.0.0.1:1/a/b'],
    1,
    /^error \(PullFailed\): cannot pull 127.0.0.1:1\/a\/b:latest: .*refused\n {2}check/,
  ],
  [['images', 'lss'], 2, /unknown command 'lss'/],
  [['images', 'rm'], 2, /missing required argument 'name'\n\(orlop images rm --help/],
] as const)('%j is told what to do instead', async (args, wanted, message) => {
  const { code, stderr } = await home.orlop(...args)
  expect([code, stderr]).toEqual([wanted, expect.stringMatching(message)])
})

test('without skopeo a pull names what to install', async () => {
  const { code, stderr } = await home.with({ PATH: '/nowhere' }).orlop('images', 'pull', 'redis:8.0')
  expect([code, stderr]).toEqual([
    1,
    'error (NoSkopeo): skopeo is missing: it speaks to registries\n  sudo apt-get install -y --no-install-recommends skopeo\n',
  ])
})

test('an image that pods run in is kept, and survives the deletion of all data', async () => {
  const folder = await rootfs()
  await home.ok('images', 'import', folder, 'app:1', '--cmd', 'sh -c "sleep 600"')
  await home.ok('up')
  const client = await home.client()
  await client.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'one', namespace: 'default' },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'c',
          image: 'app:1',
          command: ['/bin/sh', '-c', 'mkdir -m 0 /closed; while :; do read -t 1 x < /dev/zero; done'],
        },
      ],
    },
  })
  await eventually(
    'the pod is shown',
    async () => (await home.ok('images', 'ls')).includes('default/one'),
    120_000,
  )
  const refused = await home.orlop('images', 'rm', 'app:1')
  expect(refused.stderr).toMatch(
    /^error \(ImageInUse\): app:1 is what default\/one runs in\n.*orlop images rm --force app:1/,
  )
  await home.ok('down', '--delete-data')
  expect(await readdir(home.folder)).toEqual(['images'])
  expect(await home.ok('images', 'ls', '-o', 'name')).toBe('app:1\n')
  await home.ok('images', 'rm', 'app:1')
  await home.ok('down', '--delete-data')
  expect(existsSync(home.folder)).toBe(false)
}, 240_000)

test('names of images are completed', async () => {
  const script = await home.file('completion', await home.ok('completion', 'bash'))
  const code = `orlop() { [ "$*" = "images ls -o name" ] && printf 'redis\\nvalkey\\n'; }
source ${script}; COMP_WORDS=(orlop "$@"); COMP_CWORD=$#; _orlop; printf '%s\\n' "\${COMPREPLY[@]}"`
  const complete = async (...words: string[]): Promise<string> =>
    (await run('bash', ['-c', code, 'bash', ...words], { timeout: 30_000 })).stdout
  expect(await complete('images', '')).toBe('ls\nimport\npull\nrm\n')
  expect(await complete('images', 'rm', 'v')).toBe('valkey\n')
})
