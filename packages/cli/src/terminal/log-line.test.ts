import { expect, test } from 'vitest'
import { readable } from './log-line.ts'

test.each([
  ['a time in ms', { time: 1_767_225_601_500 }, '00:00:01.500 info  begun'],
  ['a time in words', { time: '2026-01-01T00:00:01.500Z' }, '00:00:01.500 info  begun'],
  ['no time', {}, 'info  begun'],
  ['a time that is none', { time: 'soon' }, 'info  begun'],
  ['fields and an error', { err: { message: 'no' }, lease: 'a/b' }, 'info  begun: no lease=a/b'],
  [
    'what it is about',
    { kind: 'Redis', namespace: 'default', name: 'cache' },
    'info  Redis default/cache: begun',
  ],
])('a line with %s', (_, more, expected) => {
  expect(readable(JSON.stringify({ level: 30, msg: 'begun', ...more }))).toBe(expected)
})

test('what is not JSON stays as it is', () => {
  expect(readable('Ready to accept connections')).toBe('Ready to accept connections')
})
