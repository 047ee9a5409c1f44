import { expect, test } from 'vitest'
import { goDuration } from '../../go-duration.ts'
import { hasFormat } from './formats.ts'
import { regularExpression } from './regular-expression.ts'

test('what RE2 has and JavaScript writes otherwise', () => {
  expect(regularExpression('(?i)^abc$').test('ABC')).toBe(true)
  expect(regularExpression('^[[:alpha:]]+$').test('abc')).toBe(true)
  expect(regularExpression('^[[:alpha:]]+$').test('ab1')).toBe(false)
  expect(regularExpression('\\Aa\\z').test('a')).toBe(true)
  expect(regularExpression('(?P<x>a)').test('a')).toBe(true)
})

test.each(['(?=a)', '(?!a)', '(?<=a)b', '(a)\\1', '('])('%s is refused as RE2 refuses it', (source) => {
  expect(() => regularExpression(source)).toThrow(SyntaxError)
})

test.each<[string, string, boolean]>([
  ['date-time', '2026-01-01T00:00:00Z', true],
  ['date-time', '2026-01-01', false],
  ['date', '2026-01-01', true],
  ['duration', '1h30m', true],
  ['duration', 'soon', false],
  ['ipv4', '10.0.0.1', true],
  ['ipv6', '10.0.0.1', false],
  ['cidr', '10.0.0.0/8', true],
  ['cidr', '10.0.0.0/33', false],
  ['byte', 'eA==', true],
  ['byte', 'x', false],
  ['uuid', '123e4567-e89b-12d3-a456-426614174000', true],
  ['nobody-knows', 'x', true],
])('format %s: %s is %s', (format, text, expected) => expect(hasFormat(text, format)).toBe(expected))

test('durations as Go writes them', () => {
  expect(goDuration('1h2m3.5s')).toBe(3_723_500)
  expect(goDuration('-100ms')).toBe(-100)
  expect(goDuration('1 hour')).toBeUndefined()
})
