import { expect, test } from 'vitest'
import { parseOptions } from './options.ts'

test('without anything: in-cluster, every namespace', () => {
  expect(parseOptions([], {}, 'me')).toEqual({
    kubeconfig: undefined,
    namespace: undefined,
    leaseNamespace: 'orlop-system',
    identity: 'me',
    healthHost: '0.0.0.0',
    healthPort: 8080,
    logLevel: 'info',
  })
})

test('a flag goes before the environment', () => {
  const options = parseOptions(
    ['--namespace', 'a', '--health-address', '127.0.0.1:9'],
    { WATCH_NAMESPACE: 'b' },
    'me',
  )
  expect(options).toMatchObject({ namespace: 'a', healthHost: '127.0.0.1', healthPort: 9 })
})

test.each([[['--nonsense']], [['--health-address', 'here']], [['--health-address', 'h:99999']]])(
  '%s is refused',
  (args) => {
    expect(() => parseOptions(args, {}, 'me')).toThrow(expect.objectContaining({ code: 'BadOption' }))
  },
)

test('help is asked for, not run', () => {
  expect(parseOptions(['-h'], {}, 'me')).toBe('help')
})
