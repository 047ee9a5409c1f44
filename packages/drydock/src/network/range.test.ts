import { expect, test } from 'vitest'
import { isWithin, toAddress, toNumber, toRange } from './range.ts'

test('addresses survive the way to numbers and back, the high ones too', () => {
  for (const address of ['0.0.0.0', '10.244.1.2', '127.255.0.1', '255.255.255.255'])
    expect(toAddress(toNumber(address))).toBe(address)
})

test('a range holds its first and its last address and no other', () => {
  const range = toRange('10.96.16.0/20')
  expect(isWithin(range, '10.96.16.0')).toBe(true)
  expect(isWithin(range, '10.96.31.255')).toBe(true)
  expect(isWithin(range, '10.96.32.0')).toBe(false)
  expect(isWithin(range, '10.96.15.255')).toBe(false)
  expect(isWithin(range, 'localhost')).toBe(false)
})

test.each(['10.96.0.0', '10.96.0.1/16', '10.96.0.0/4', 'fd00::/64', '10.96.0.256/30'])(
  '%s is no range',
  (text) => {
    expect(() => toRange(text)).toThrow(expect.objectContaining({ code: 'NotAnAddress' }))
  },
)
