/**
 * Resource quantities as k8s.io/apimachinery pkg/api/resource reads and writes them. Amounts are counted in
 * billionths, the smallest a quantity can say, so that comparing them is exact.
 */
const pattern = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/
const billion = 1_000_000_000n
const decimal: readonly (readonly [string, bigint])[] = [
  ['E', 10n ** 27n],
  ['P', 10n ** 24n],
  ['T', 10n ** 21n],
  ['G', 10n ** 18n],
  ['M', 10n ** 15n],
  ['k', 10n ** 12n],
  ['', billion],
  ['m', 1_000_000n],
  ['u', 1_000n],
  ['n', 1n],
]
const binary: readonly (readonly [string, bigint])[] = [
  ['Ei', billion << 60n],
  ['Pi', billion << 50n],
  ['Ti', billion << 40n],
  ['Gi', billion << 30n],
  ['Mi', billion << 20n],
  ['Ki', billion << 10n],
]
const units: ReadonlyMap<string, bigint> = new Map([...decimal, ...binary])

/** The sentence with which the real server refuses what is no quantity. */
export const quantityRule =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** An amount in billionths, or undefined for what is no quantity. */
export function parseQuantity(value: unknown): bigint | undefined {
  const match = pattern.exec(textOf(value))
  if (!match) return undefined
  const [, sign, digits = '', exponent, suffix = ''] = match
  const [whole = '', fraction = ''] = digits.split('.')
  let amount = BigInt(`${whole}${fraction}` || '0')
  let divisor = 10n ** BigInt(fraction.length)
  if (exponent === undefined) amount *= units.get(suffix) ?? billion
  else {
    const power = Number(exponent.slice(1))
    if (Math.abs(power) > 40) return undefined
    if (power >= 0) amount *= billion * 10n ** BigInt(power)
    else {
      amount *= billion
      divisor *= 10n ** BigInt(-power)
    }
  }
  // What is smaller than a billionth is rounded away from zero.
  const rounded = (amount + divisor - 1n) / divisor
  return sign === '-' ? -rounded : rounded
}

/** The form in which the server gives a quantity back: `1024Mi` is `1Gi`, `0.5` is `500m`. Undefined for no quantity. */
export function canonicalQuantity(value: unknown): string | undefined {
  const amount = parseQuantity(value)
  if (amount === undefined) return undefined
  const text = textOf(value)
  const exponential = /[eE][+-]?\d+$/.test(text) && !/[KMGTP]i$/.test(text)
  const size = amount < 0n ? -amount : amount
  const inBinary = text.endsWith('i') && size >= 1024n * billion && size % billion === 0n
  if (amount === 0n) return '0'
  const steps = inBinary ? [...binary, ['', billion] as const] : decimal
  for (const [suffix, unit] of steps) {
    if (size % unit !== 0n) continue
    const count = amount / unit
    return exponential ? exponentForm(count, unit) : `${count}${suffix}`
  }
  return text
}

function exponentForm(count: bigint, unit: bigint): string {
  const power = unit.toString().length - 10
  return power === 0 ? String(count) : `${count}e${power}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
}
