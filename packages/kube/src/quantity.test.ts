import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sameQuantity } from './quantity.ts'

test.each([
  ['1Gi', '1024Mi'],
  ['1.5Gi', '1536Mi'],
  ['0.5', '500m'],
  ['1', 1],
  ['1k', '1000'],
  ['1e3', '1k'],
  ['1E', '1000P'],
  ['-1', '-1000m'],
  ['.5', '0.50'],
  ['1n', '0.000000001'],
])('%s is %s', (a, b) => {
  expect(sameQuantity(a, b)).toBe(true)
})

test.each([
  ['1G', '1Gi'],
  ['1', '1m'],
  ['', ''],
  ['1Q', '1Q'],
  ['ki', '1'],
  [undefined, undefined],
  ['1', '-1'],
])('%s is not %s', (a, b) => {
  expect(sameQuantity(a, b)).toBe(false)
})

test('no amount is lost by size', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 62n }), (n) => {
      expect(sameQuantity(`${n}Ki`, `${n * 1024n}`)).toBe(true)
      expect(sameQuantity(`${n}Ki`, `${n * 1024n + 1n}`)).toBe(false)
    }),
  )
})
