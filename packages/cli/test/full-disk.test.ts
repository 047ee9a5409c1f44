/** A state folder on a disk without room: a small file system in memory, which the namespace of the tests may mount. */
import { execFile } from 'node:child_process'
import { appendFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { KubeError, resources } from '@orlop/kube'
import { afterEach, expect, test } from 'vitest'
import { createHome, type Home, processesNaming } from './orlop.ts'

const run = promisify(execFile)
const minutes = 300_000
let disk: string
let home: Home

async function homeOn(size: string): Promise<void> {
  disk = await mkdtemp('/tmp/od-')
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk], { timeout: 30_000 })
  await mkdir(join(disk, 's'))
  home = await createHome(join(disk, 's'))
}

afterEach(async () => {
  await home.remove()
  await run('umount', ['--lazy', disk], { timeout: 30_000 })
  await rm(disk, { recursive: true, force: true })
}, minutes)

test.each(['8k', '64k', '256k'])(
  'up on a disk of %s says that it is full and leaves nothing running',
  async (size) => {
    await homeOn(size)
    const { code, stderr } = await home.orlop('up')
    expect([code, stderr]).toEqual([1, expect.stringMatching(/disk is full.*\n {2}free some space/)])
    expect(await processesNaming(disk)).toEqual([])
  },
  minutes,
)

test(
  'when the disk is full later writes are refused and reads go on; with room again writes go on',
  async () => {
    await homeOn('24m')
    await home.ok('up')
    const client = await home.client()
    const configMap = (name: string, text: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'default', name },
      data: { text },
    })
    await client.create(resources.configMaps, configMap('before', 'kept'))
    const ballast = join(disk, 'ballast')
    await fill(ballast)
    const refused = await firstRefusal(async (i) => {
      await client.create(resources.configMaps, configMap(`big-${i}`, 'x'.repeat(500_000)))
    })
    expect(refused instanceof KubeError && [refused.status, refused.message]).toEqual([
      507,
      expect.stringMatching(/full/),
    ])
    const { data } = await client.get(resources.configMaps, { namespace: 'default', name: 'before' })
    expect(data).toEqual({ text: 'kept' })
    expect(await home.ok('status')).toMatch(/No caches/)
    await rm(ballast)
    await client.create(resources.configMaps, configMap('after', 'x'.repeat(500_000)))
    expect(await readdir(home.folder)).toContain('db.sqlite')
  },
  minutes,
)

async function fill(file: string): Promise<void> {
  for (const size of [65_536, 4096]) {
    await firstRefusal(() => appendFile(file, Buffer.alloc(size)))
  }
}

/** Does something until it fails, and gives the error. */
async function firstRefusal(work: (i: number) => Promise<void>): Promise<unknown> {
  for (let i = 0; i < 10_000; i++) {
    try {
      await work(i)
    } catch (error) {
      return error
    }
  }
  throw new Error('nothing was refused')
}
