import { describe, expect, test } from 'vitest'
import type { Engine } from '../engine.ts'
import { checkConfig } from './check-config.ts'
import { directives, supportedVersions } from './tables.ts'

const none: ReadonlyMap<string, string> = new Map()
const codes = (config: Record<string, string>, version = '7.0', engine: Engine = 'redis') =>
  checkConfig(engine, version, config, none).map(({ code }) => code)

describe('a directive is refused', () => {
  test('that exists nowhere, and the nearest real one is named', () => {
    expect(checkConfig('redis', '7.0', { 'maxmemory-polcy': 'allkeys-lru' }, none)).toEqual([
      {
        field: 'maxmemory-polcy',
        value: 'allkeys-lru',
        code: 'UnknownDirective',
        message: 'redis 7.0 has no directive maxmemory-polcy, and no other version has',
        remedy: 'did you mean maxmemory-policy?',
      },
    ])
  })

  test('that another version has, and those versions are named, or what it is called here', () => {
    expect(checkConfig('redis', '7.0', { 'set-max-listpack-entries': '5' }, none)).toMatchObject([
      { code: 'NotInVersion', message: expect.stringContaining('redis 7.2 and newer, valkey 7.2 and newer') },
    ])
    expect(checkConfig('redis', '6.2', { 'hash-max-listpack-entries': '5' }, none)).toMatchObject([
      { code: 'NotInVersion', remedy: 'here it is called hash-max-ziplist-entries' },
    ])
    expect(codes({ 'gopher-enabled': 'yes' }, '7.0')).toEqual(['NotInVersion'])
    expect(codes({ 'gopher-enabled': 'yes' }, '6.2')).toEqual([])
  })

  test('that is somebody else’s, in any case of letters, with what to do instead', () => {
    const owned = new Map([['port', 'Orlop decides where an instance listens']])
    expect(checkConfig('redis', '7.0', { port: '1', PORT: '2' }, owned)).toMatchObject([
      { field: 'port', code: 'OwnedDirective', remedy: 'Orlop decides where an instance listens' },
      { field: 'PORT', code: 'OwnedDirective' },
    ])
  })

  test.each(['include', 'loadmodule', 'rename-command', 'user'])('that only a file may hold: %s', (name) => {
    for (const version of supportedVersions('valkey'))
      expect(codes({ [name]: 'x' }, version, 'valkey')).toEqual(['OwnedDirective'])
  })

  test.each([
    'evict-on-expire',
    'dsn-role',
    'ziplist-max-value',
    'vm-enabled',
    'sentinel quorum',
    'can-failover',
    '',
  ])('that only articles know, on every version: %j', (name) => {
    for (const engine of ['redis', 'valkey'] as const) {
      for (const version of supportedVersions(engine))
        expect(codes({ [name]: 'yes' }, version, engine)).toEqual(['UnknownDirective'])
    }
  })

  test('with a control character anywhere, and the message is one line', () => {
    for (const config of [
      { 'syslog-ident': 'a\nrename-command GET x' },
      { 'hz\r\nport': '1' },
      { 'syslog-ident': '\u0000' },
      { hz: '1\u2028' },
    ]) {
      const [problem] = checkConfig('redis', '7.0', config, none)
      expect(problem?.code).toBe('ControlCharacter')
      expect(JSON.stringify(problem)).not.toMatch(/\\\\[nr].*\n/)
      expect(`${problem?.field}${problem?.message}`).not.toMatch(/\p{Cc}/u)
    }
  })
})

describe('a value is refused', () => {
  test.each([
    ['appendonly', 'maybe', 'InvalidValue'],
    ['hz', 'fast', 'InvalidValue'],
    ['hz', '1.5', 'InvalidValue'],
    ['hz', '010', 'InvalidValue'],
    ['hz', '+10', 'InvalidValue'],
    ['hz', '', 'InvalidValue'],
    ['hz', '0', 'OutOfRange'],
    ['hz', '501', 'OutOfRange'],
    ['maxclients', '2000000000', 'OutOfRange'],
    ['maxmemory', '70%', 'InvalidValue'],
    ['maxmemory', '-1', 'InvalidValue'],
    ['maxmemory', '1.5g', 'InvalidValue'],
    ['maxmemory', '1 gb', 'InvalidValue'],
    ['maxmemory', '99999999999g', 'OutOfRange'],
    ['maxmemory-clients', '101%', 'OutOfRange'],
    ['maxmemory-policy', 'lru', 'InvalidValue'],
    ['loglevel', 'nothing', 'InvalidValue'],
    ['shutdown-on-sigterm', 'save later', 'InvalidValue'],
    ['save', '900', 'InvalidValue'],
    ['save', '0 1', 'InvalidValue'],
    ['client-output-buffer-limit', 'replica 1 2', 'InvalidValue'],
    ['client-output-buffer-limit', 'master 1 2 3', 'InvalidValue'],
    ['oom-score-adj-values', '0 200', 'InvalidValue'],
    ['oom-score-adj-values', '800 200 0', 'InvalidValue'],
    ['latency-tracking-info-percentiles', '101', 'InvalidValue'],
    ['notify-keyspace-events', 'KQ', 'InvalidValue'],
    ['proc-title-template', '{nothing}', 'InvalidValue'],
    ['cluster-announce-hostname', 'a_b', 'InvalidValue'],
    ['dbfilename', '../dump.rdb', 'InvalidValue'],
    ['dbfilename', 'dump\\rdb', 'InvalidValue'],
    ['replicaof', 'somewhere', 'InvalidValue'],
    ['unixsocketperm', '999', 'InvalidValue'],
  ])('%s %s: %s', (name, value, code) => {
    expect(codes({ [name]: value })).toEqual([code])
  })

  test('and the bounds or the values are told', () => {
    expect(checkConfig('redis', '7.0', { hz: '1000' }, none)[0]?.remedy).toBe(
      'write at least 1 and at most 500',
    )
    expect(checkConfig('redis', '7.0', { appendfsync: 'often' }, none)[0]?.remedy).toBe(
      'write one of everysec, always, no',
    )
    expect(codes({ 'shutdown-on-sigterm': 'failover' }, '8.1', 'valkey')).toEqual(['InvalidValue'])
    expect(codes({ 'shutdown-on-sigterm': 'failover' }, '9.0', 'valkey')).toEqual([])
  })

  test('and a secret is not repeated', () => {
    const owned = new Map([['requirepass', 'say it in spec.auth']])
    const problems = checkConfig(
      'redis',
      '7.0',
      { 'tls-key-file-pass': 'hunter2\u0007', RequirePass: 'hunter2' },
      owned,
    )
    expect(problems.map(({ code }) => code)).toEqual(['ControlCharacter', 'OwnedDirective'])
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })
})

test('every version accepts its own defaults', () => {
  for (const engine of ['redis', 'valkey'] as const) {
    for (const version of supportedVersions(engine)) {
      const entries = [...directives(engine, version).values()].flatMap(({ name, default: value }) =>
        value === undefined ? [] : [[name, value]],
      )
      expect(checkConfig(engine, version, Object.fromEntries(entries), none)).toEqual([])
    }
  }
})

test('problems come in the order of the directives, one for each', () => {
  expect(codes({ hz: '0', nonsense: '', appendonly: 'yes', save: '1' })).toEqual([
    'OutOfRange',
    'UnknownDirective',
    'InvalidValue',
  ])
})
