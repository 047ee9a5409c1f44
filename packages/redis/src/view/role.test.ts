import { expect, test } from 'vitest'
import { parsePairs } from './pairs.ts'
import { parseRole } from './role.ts'

test('a replica that never heard its primary', () => {
  expect(parseRole(['slave', 'cache-0.cache-nodes', 6379, 'connect', -1])).toEqual({
    role: 'replica',
    primaryHost: 'cache-0.cache-nodes',
    primaryPort: 6379,
    link: 'connect',
    offset: -1,
  })
})

test('a link state that no version has is unknown, not an error', () => {
  expect(parseRole(['slave', 'h', 1, 'daydreaming', 0])).toMatchObject({ link: 'unknown' })
})

test('a primary’s replicas, whose numbers come as text', () => {
  expect(parseRole(['master', 14, [['h', '6380', '7']]])).toEqual({
    role: 'primary',
    offset: 14,
    replicas: [{ host: 'h', port: 6380, offset: 7 }],
  })
})

test.each([[null], ['OK'], [[]], [['king']], [['master', 1, 'x']]])('%j is no answer to ROLE', (reply) => {
  expect(() => parseRole(reply)).toThrow(expect.objectContaining({ code: 'Unexpected' }))
})

test('pairs that are not a list are refused; a value that is not text is left out', () => {
  expect(() => parsePairs('OK')).toThrow(expect.objectContaining({ code: 'Unexpected' }))
  expect(parsePairs(['a', '1', 'b', null, 'c'])).toEqual({ a: '1' })
})
