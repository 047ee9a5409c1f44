import { expect, test } from 'vitest'
import { judgeVersion } from './kubernetes-version.ts'

const version = (minor: string, gitVersion = `v1.${minor}.0`) =>
  judgeVersion({ major: '1', minor, gitVersion })

test.each([
  ['28', 'fail'],
  ['29', 'ok'],
  ['34', 'ok'],
  ['35', 'ok'],
  ['31+', 'ok'],
] as const)('1.%s is %s', (minor, result) => {
  expect(version(minor).result).toBe(result)
})

test('what an older version lacks is told, and a newer one lacks nothing', () => {
  expect(version('29').details).toHaveLength(2)
  expect(version('31').details).toEqual([expect.stringContaining('asked too large')])
  expect(version('34').details).toBeUndefined()
  expect(version('36').seen).toMatch(/newer than the newest that is tested/)
})

test('a provider writes more behind the number', () => {
  expect(version('33+', 'v1.33.4-gke.100').seen).toBe('v1.33.4-gke.100')
  expect(version('28+', 'v1.28.1-eks').result).toBe('fail')
})

test.each([undefined, 'ok', {}, { major: 'x', minor: '' }])('%j is no version', (answer) => {
  expect(judgeVersion(answer).result).toBe('unknown')
})
