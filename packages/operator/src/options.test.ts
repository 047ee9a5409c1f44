import { expect, test } from 'vitest'
import { parseOptions } from './options.ts'

test('without anything: in-cluster, every namespace', () => {
  expect(parseOptions([], {}, 'me')).toEqual({
    kubeconfig: undefined,
    namespaces: [],
    leaseNamespace: 'orlop-system',
    identity: 'me',
    healthHost: '',
    healthPort: 8080,
    logLevel: 'info',
  })
})

test('a flag goes before the environment', () => {
  const options = parseOptions(
    ['--namespaces', 'a', '--health-address', '127.0.0.1:9'],
    { WATCH_NAMESPACES: 'b' },
    'me',
  )
  expect(options).toMatchObject({ namespaces: ['a'], healthHost: '127.0.0.1', healthPort: 9 })
})

test.each([
  ['', []],
  [' , ', []],
  ['team-a', ['team-a']],
  ['team-a, team-b,team-a', ['team-a', 'team-b']],
])('namespaces "%s" are %j', (text, namespaces) => {
  expect(parseOptions([], { WATCH_NAMESPACES: text }, 'me')).toMatchObject({ namespaces })
})

test.each([
  [['--nonsense']],
  [['--health-address', 'here']],
  [['--health-address', 'h:99999']],
  [['--namespaces', 'a,Not_One']],
  [['--log-level', 'loud']],
])('%s is refused', (args) => {
  expect(() => parseOptions(args, {}, 'me')).toThrow(expect.objectContaining({ code: 'BadOption' }))
})

test('help and version are asked for, not run', () => {
  expect(parseOptions(['-h'], {}, 'me')).toBe('help')
  expect(parseOptions(['--version'], {}, 'me')).toBe('version')
})
