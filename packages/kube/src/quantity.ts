/** Powers of the suffixes of a quantity (apimachinery `pkg/api/resource/suffix.go`). */
const suffixes: Readonly<Record<string, readonly [base: bigint, power: bigint]>> = {
  '': [10n, 0n],
  n: [10n, -9n],
  u: [10n, -6n],
  m: [10n, -3n],
  k: [10n, 3n],
  M: [10n, 6n],
  G: [10n, 9n],
  T: [10n, 12n],
  P: [10n, 15n],
  E: [10n, 18n],
  Ki: [2n, 10n],
  Mi: [2n, 20n],
  Gi: [2n, 30n],
  Ti: [2n, 40n],
  Pi: [2n, 50n],
  Ei: [2n, 60n],
}

/** Whether two quantities are the same amount: the server writes `1024Mi` back as `1Gi`. */
export function sameQuantity(a: unknown, b: unknown): boolean {
  const [x, y] = [nanosOf(a), nanosOf(b)]
  return x !== undefined && x === y
}

/** Exact, in units of 10^-9 (the finest there is); `undefined` for what is no quantity. */
function nanosOf(quantity: unknown): bigint | undefined {
  if (typeof quantity !== 'string' && typeof quantity !== 'number') return undefined
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2})|([numkMGTPE]i?|Ki))?$/.exec(
    String(quantity).trim(),
  )
  const suffix = suffixes[match?.[5] ?? '']
  if (!match || !suffix || `${match[2]}${match[3] ?? ''}` === '') return undefined
  const fraction = match[3] ?? ''
  const [base, power] = suffix
  const exponent = 9n + BigInt(match[4] ?? 0) - BigInt(fraction.length) + (base === 10n ? power : 0n)
  const digits = BigInt(`${match[2]}${fraction}`) * (base === 2n ? 2n ** power : 1n)
  // Below a billionth the server rounds up.
  const nanos =
    exponent >= 0n ? digits * 10n ** exponent : (digits + 10n ** -exponent - 1n) / 10n ** -exponent
  return match[1] === '-' ? -nanos : nanos
}
