import { expect, test } from 'vitest'
import { quantity } from './quantity.ts'

test.each([
  ['100m', 0.1],
  ['1', 1],
  ['1.5', 1.5],
  ['64Mi', 67_108_864],
  ['1G', 1e9],
  ['1e3', 1000],
  ['2E', 2e18],
])('%s is %d', (text, value) => {
  expect(quantity(text)).toBeCloseTo(value, 9)
})

test('what is no quantity is undefined', () => {
  for (const text of ['', 'abc', '1Q', 'Mi']) expect(quantity(text)).toBeUndefined()
})
