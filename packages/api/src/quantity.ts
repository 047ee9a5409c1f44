/** Quantities of Kubernetes (`256Mi`, `1G`, `500m`) as numbers, and bytes as text. */
const factors: Readonly<Record<string, bigint>> = {
  '': 1n,
  k: 10n ** 3n,
  M: 10n ** 6n,
  G: 10n ** 9n,
  T: 10n ** 12n,
  P: 10n ** 15n,
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
}

export const Ki: number = 2 ** 10
export const Mi: number = 2 ** 20
export const Gi: number = 2 ** 30

/**
 * The value of a quantity, rounded up to whole units as Kubernetes does for bytes; undefined where it is none.
 * Exponents (`1e3`) and signs, which nobody writes here, are not read. Exact up to 2^53.
 */
export function parseQuantity(quantity: string): number | undefined {
  const match = /^([0-9]{1,18})(?:\.([0-9]{1,9}))?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/.exec(quantity)
  if (!match) return undefined
  const [, whole = '', decimals = '', unit = ''] = match
  // In whole numbers: 1.1 * 1e9 is 1100000000.0000002 in floating point, which would round up to a byte more.
  const divisor = 10n ** BigInt(decimals.length + (unit === 'm' ? 3 : 0))
  const scaled = BigInt(whole + decimals) * (factors[unit] ?? 1n)
  return Number((scaled + divisor - 1n) / divisor)
}

/** Bytes in the largest binary unit that says them exactly: 268435456 is `256Mi`, 1000 is `1000`. */
export function formatBytes(bytes: number): string {
  for (const [unit, factor] of [
    ['Ti', Gi * Ki],
    ['Gi', Gi],
    ['Mi', Mi],
    ['Ki', Ki],
  ] as const) {
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`
  }
  return String(bytes)
}

/** Bytes rounded up to a whole multiple of `unit`. */
export function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit
}
