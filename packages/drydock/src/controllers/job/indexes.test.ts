import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseIndexes, printIndexes } from './indexes.ts'

test.each([
  ['', []],
  ['0', [0]],
  ['0,1', [0, 1]],
  ['0-2', [0, 1, 2]],
  ['1,3-5,7,8', [1, 3, 4, 5, 7, 8]],
])('%s', (text, indexes) => {
  expect(printIndexes(new Set(indexes))).toBe(text)
})

test('what is printed is read back', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50)), (indexes) => {
      const sorted = indexes.toSorted((a, b) => a - b)
      expect([...parseIndexes(printIndexes(new Set(indexes)), 51)]).toEqual(sorted)
      expect([...parseIndexes(printIndexes(new Set(indexes)), 20)]).toEqual(sorted.filter((n) => n < 20))
    }),
  )
})
