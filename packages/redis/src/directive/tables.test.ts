import { describe, expect, test } from 'vitest'
import type { Engine } from '../engine.ts'
import { sources } from '../generated/directives.ts'
import {
  allDirectiveNames,
  directives,
  otherNames,
  supportedVersions,
  versionRanges,
  versionsHaving,
} from './tables.ts'

const engines: readonly Engine[] = ['redis', 'valkey']
const versions = engines.flatMap((engine) =>
  supportedVersions(engine).map((version) => [engine, version] as const),
)

describe.each(versions)('%s %s', (engine, version) => {
  const table = directives(engine, version)

  test('has a source and every directive once, its own default within its bounds', () => {
    expect(sources[`${engine} ${version}`]).toMatch(/^server /)
    expect(table.size).toBeGreaterThan(165)
    for (const { type, min, max, default: value } of table.values()) {
      if (type !== 'integer' || value === undefined) continue
      expect(Number(value)).toBeGreaterThanOrEqual(min ?? -Infinity)
      expect(Number(value)).toBeLessThanOrEqual(max ?? Infinity)
    }
  })

  test('knows what can be set live, and names of old that mean the same', () => {
    for (const name of ['maxmemory', 'hz', 'requirepass', 'save', 'min-replicas-to-write'])
      expect(table.get(name)?.live).toBe(true)
    for (const name of ['databases', 'aclfile', 'cluster-enabled', 'unixsocket', 'include'])
      expect(table.get(name)?.live).toBe(false)
    expect(table.get('min-slaves-to-write')?.aliasOf).toBe('min-replicas-to-write')
    for (const { aliasOf } of table.values())
      if (aliasOf !== undefined) expect(table.get(aliasOf)?.aliasOf).toBeUndefined()
  })

  test('lacks the directives that only articles know', () => {
    for (const name of fakes) expect(table.has(name)).toBe(false)
  })
})

const fakes = [
  'evict-on-expire',
  'evict-on-max-memory',
  'dsn-role',
  'ziplist-max-value',
  'vm-enabled',
  'hash-max-zipmap-entries',
  'tcp-user-timeout',
  'sentinel',
  'sentinel quorum',
  'can-failover',
]

test('a patch release has the table of its minor; an unknown version that of the one before it', () => {
  expect(directives('redis', '7.0.15')).toBe(directives('redis', '7.0'))
  expect(directives('redis', '7.3')).toBe(directives('redis', '7.2'))
  expect(directives('redis', '9.9')).toBe(directives('redis', '8.0'))
  expect(directives('valkey', '7.1')).toBe(directives('valkey', '7.2'))
  expect(directives('valkey', '10.0')).toBe(directives('valkey', '9.1'))
})

test('all names are sorted, without repeats, and without what only a file may hold', () => {
  const names = allDirectiveNames()
  expect(names).toEqual([...new Set(names)].sort())
  expect(names).toContain('hz')
  expect(names).not.toContain('rename-command')
})

test('the versions that have a directive are told shortly', () => {
  expect(versionRanges(versionsHaving('set-max-listpack-entries'))).toBe(
    'redis 7.2 and newer, valkey 7.2 and newer',
  )
  expect(versionRanges(versionsHaving('events-per-io-thread'))).toBe('valkey 8.0')
  expect(versionRanges(['redis 6.2', 'redis 7.2', 'redis 7.4'])).toBe('redis 6.2, 7.2, 7.4')
  expect(versionRanges(['redis 6.2', 'redis 7.0'])).toBe('redis 6.2 to 7.0')
  expect(versionsHaving('evict-on-expire')).toEqual([])
})

test('other names are found from both sides', () => {
  expect(otherNames('hash-max-listpack-value')).toEqual(['hash-max-ziplist-value'])
  expect(otherNames('hash-max-ziplist-value')).toEqual(['hash-max-listpack-value'])
  expect(otherNames('hz')).toEqual([])
})
