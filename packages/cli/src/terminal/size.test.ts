import { expect, test } from 'vitest'
import { size } from './size.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [34_160_000, '34.2 MB'],
  [123_456_789, '123 MB'],
  [999_900_000, '1.0 GB'],
  [5e12, '5.0 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(size(bytes)).toBe(text)
})
