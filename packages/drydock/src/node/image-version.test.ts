import { expect, test } from 'vitest'
import { sameVersion, versionOfTag } from './image-version.ts'

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
