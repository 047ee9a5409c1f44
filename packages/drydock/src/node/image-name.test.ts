import { expect, test } from 'vitest'
import { parseImage, sameVersion, versionOfTag } from './image-name.ts'

test.each([
  ['redis', 'redis', 'latest'],
  ['redis:7.2-alpine', 'redis', '7.2-alpine'],
  ['docker.io/library/redis:7', 'redis', '7'],
  ['localhost:5000/valkey/valkey:8.0', 'valkey/valkey', '8.0'],
  ['registry.example.com/mirror/redis', 'mirror/redis', 'latest'],
  [`redis@sha256:${'0'.repeat(64)}`, 'redis', ''],
])('%s', (image, repository, tag) => {
  expect(parseImage(image)).toEqual({ repository, tag })
})

test('what is no image reference', () => {
  for (const image of ['', 'Redis', 'redis:', 'redis 7', '../redis:7 '])
    expect(parseImage(image)).toBeUndefined()
})

test('a tag promises a version or none', () => {
  expect(['7.2-alpine', 'v1.6', 'latest', '7', 'bookworm', '8.0.1-bookworm'].map(versionOfTag)).toEqual([
    '7.2',
    '1.6',
    undefined,
    '7',
    undefined,
    '8.0.1',
  ])
})

test('a shorter version names every version that begins with it', () => {
  expect(sameVersion('7', '7.0.15')).toBe(true)
  expect(sameVersion('7.0.15', '7.0.15')).toBe(true)
  expect(sameVersion('7.0.1', '7.0.15')).toBe(false)
  expect(sameVersion('7.2', '7.0.15')).toBe(false)
})
