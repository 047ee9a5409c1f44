import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatBytes, Gi, Mi, parseQuantity, roundUp } from './quantity.ts'

const bytes = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

test.each([
  ['256Mi', 268_435_456],
  ['1Gi', 1_073_741_824],
  ['1G', 1_000_000_000],
  ['1k', 1000],
  ['0.5Gi', 536_870_912],
  ['1.1G', 1_100_000_000],
  ['0.3Gi', 322_122_548],
  ['1024', 1024],
  ['0', 0],
  ['500m', 1],
  ['2Ti', 2_199_023_255_552],
])('%s is %d', (text, value) => {
  expect(parseQuantity(text)).toBe(value)
})

test.each(['', 'Mi', '-1Mi', '1.Mi', '.5Gi', '1 Gi', '1mb', '1Mib', '1e3', 'x', '1Gi\n', '1\u{ff10}Mi'])(
  '%j is no quantity',
  (text) => {
    expect(parseQuantity(text)).toBeUndefined()
  },
)

test('what formatBytes writes, parseQuantity reads back exactly', () => {
  fc.assert(fc.property(bytes, (n) => parseQuantity(formatBytes(n)) === n))
})

test('a whole number of units is exact, whatever the unit', () => {
  const units = { k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi, Gi } as const
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 8_000_000 }),
      fc.constantFrom('k', 'M', 'G', 'Ki', 'Mi', 'Gi'),
      (n, unit) => {
        expect(parseQuantity(`${n}${unit}`)).toBe(n * units[unit])
      },
    ),
  )
})

test('decimals are exact where they are whole bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (thousandths) => {
      expect(parseQuantity(`${(thousandths / 1000).toFixed(3)}G`)).toBe(thousandths * 1_000_000)
    }),
  )
})

test('rounding up adds less than one unit and gives a multiple of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (n) => {
      const rounded = roundUp(n, Mi)
      expect(rounded % Mi).toBe(0)
      expect(rounded - n).toBeGreaterThanOrEqual(0)
      expect(rounded - n).toBeLessThan(Mi)
    }),
  )
})
