import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LimitFiles, raiseLimit, restoreLimit } from './inotify-limit.ts'

let files: LimitFiles
const limit = (): Promise<string> => readFile(files.setting, 'utf8')

beforeEach(async () => {
  const clusters = await mkdtemp(join(tmpdir(), 'clusters-'))
  files = { clusters, setting: `${clusters}.setting` }
  await writeFile(files.setting, '128\n')
})
afterEach(async () => {
  await rm(files.clusters, { recursive: true, force: true })
  await rm(files.setting)
})

test('the limit is raised with the first cluster, and put back with the last one', async () => {
  for (const name of ['a', 'b']) {
    await mkdir(join(files.clusters, name))
    await raiseLimit(files)
  }
  expect(await limit()).toBe('1024')
  await rm(join(files.clusters, 'a'), { recursive: true })
  await restoreLimit(files)
  expect(await limit()).toBe('1024')
  await rm(join(files.clusters, 'b'), { recursive: true })
  await restoreLimit(files)
  expect([await limit(), await readdir(files.clusters)]).toEqual(['128', []])
})

test('a limit that was high enough, or that somebody has changed, stays', async () => {
  await writeFile(files.setting, '8192')
  await raiseLimit(files)
  await restoreLimit(files)
  expect(await limit()).toBe('8192')

  await writeFile(files.setting, '128')
  await raiseLimit(files)
  await writeFile(files.setting, '4096')
  await restoreLimit(files)
  expect([await limit(), await readdir(files.clusters)]).toEqual(['4096', []])
})

test('where there was never a cluster nothing happens', async () => {
  await rm(files.clusters, { recursive: true })
  await restoreLimit(files)
  expect([await limit(), existsSync(files.clusters)]).toEqual(['128\n', false])
})
