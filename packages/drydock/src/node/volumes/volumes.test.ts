import { mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { samePayload, writeAtomically } from './atomic-folder.ts'
import { configMapData, keyedPayload, merged, type Payload, secretData } from './payload.ts'
import { subPathOf } from './sub-path.ts'

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'volume-')), 'v')
})
afterEach(async () => rm(join(folder, '..'), { recursive: true }))

const data = configMapData({ data: { 'redis.conf': 'port 1', other: 'x' }, binaryData: { bin: 'AAE=' } })
const contents = (payload: Payload): Record<string, string> =>
  Object.fromEntries(
    [...payload].map(([path, file]) => [path, `${file.mode.toString(8)} ${file.data.toString('utf8')}`]),
  )

test('every key becomes a file, or only the items at their paths and with their modes', () => {
  expect(contents(keyedPayload('configmap "c"', data, { defaultMode: 0o400 }))).toEqual({
    'redis.conf': '400 port 1',
    other: '400 x',
    bin: '400 \u0000\u0001',
  })
  const items = [{ key: 'other', path: 'deep/er', mode: 0o600 }]
  expect(contents(keyedPayload('configmap "c"', data, { items }))).toEqual({ 'deep/er': '600 x' })
})

test('what is missing is refused unless it is optional', () => {
  const items = [{ key: 'absent', path: 'a' }]
  expect(() => keyedPayload('secret "s"', undefined, {})).toThrow('secret "s" not found')
  expect(() => keyedPayload('secret "s"', data, { items })).toThrow('absent')
  expect(keyedPayload('secret "s"', undefined, { optional: true }).size).toBe(0)
  expect(keyedPayload('secret "s"', data, { items, optional: true }).size).toBe(0)
})

test('a path that leads out of the volume is refused', () => {
  for (const path of ['../x', '/x', 'a/../../x', '']) {
    expect(() => keyedPayload('configmap "c"', data, { items: [{ key: 'other', path }] })).toThrow(/relative/)
  }
})

test('sources are laid over each other and compared by content', () => {
  const one = keyedPayload('s', secretData({ data: { a: 'MQ==', b: 'Mg==' } }), {})
  const two = keyedPayload('s', secretData({ data: { b: 'Mw==' } }), {})
  expect(contents(merged([one, two]))).toEqual({ a: '644 1', b: '644 3' })
  expect(samePayload(merged([one]), one)).toBe(true)
  expect(samePayload(one, merged([one, two]))).toBe(false)
})

test('a volume shows exactly its files, with their modes, and leaves nothing of before', async () => {
  await writeAtomically(
    folder,
    keyedPayload('c', data, {
      items: [
        { key: 'other', path: 'a/b', mode: 0o400 },
        { key: 'bin', path: 'c' },
      ],
    }),
  )
  await writeAtomically(
    folder,
    keyedPayload('c', data, { items: [{ key: 'redis.conf', path: 'a/b', mode: 0o400 }] }),
  )
  expect(await readFile(join(folder, 'a/b'), 'utf8')).toBe('port 1')
  expect((await stat(join(folder, 'a/b'))).mode & 0o777).toBe(0o400)
  const names = await readdir(folder)
  expect(names.filter((name) => !name.startsWith('..'))).toEqual(['a'])
  expect(names).toHaveLength(3)
})

test('a reader during a change sees the files of before or of after, never a mixture', async () => {
  await writeAtomically(folder, both('0'))
  const writing = (async () => {
    for (let i = 1; i <= 20; i++) await writeAtomically(folder, both(String(i)))
  })()
  let done = false
  void writing.then(() => {
    done = true
  })
  while (!done) {
    const at = await realpath(join(folder, '..data')).catch(() => '')
    const seen = await Promise.all(['x', 'y'].map((name) => readFile(join(at, name), 'utf8'))).catch(
      () => undefined,
    )
    if (seen) expect(seen[0]).toBe(seen[1])
  }
  await writing
  expect(await readFile(join(folder, 'y'), 'utf8')).toBe('20')
})

test('a subPath is made inside its volume and cannot leave it', async () => {
  await writeAtomically(folder, both('1'))
  expect(await subPathOf(folder, 'new/folder', true)).toBe(join(folder, 'new/folder'))
  expect((await stat(join(folder, 'new/folder'))).isDirectory()).toBe(true)
  expect(await readFile(await subPathOf(folder, 'x', false), 'utf8')).toBe('1')
  await expect(subPathOf(folder, '../..', true)).rejects.toMatchObject({ code: 'FailedMount' })
  await expect(subPathOf(folder, 'absent', false)).rejects.toMatchObject({
    code: 'CreateContainerConfigError',
  })
})

function both(text: string): Payload {
  return keyedPayload('c', { x: Buffer.from(text), y: Buffer.from(text) }, {})
}
