/** Quantities of Kubernetes (`256Mi`, `1G`, `500m`) as numbers, and bytes as text. */
const factors: Readonly<Record<string, number>> = {
  m: 0.001,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
}

export const Ki: number = 2 ** 10
export const Mi: number = 2 ** 20
export const Gi: number = 2 ** 30

/**
 * The value of a quantity, rounded up to whole units as Kubernetes does for bytes; undefined where it is none.
 * Exponents (`1e3`) and signs, which nobody writes here, are not read.
 */
export function parseQuantity(quantity: string): number | undefined {
  const match = /^([0-9]+)(?:\.([0-9]{1,9}))?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/.exec(quantity)
  const factor = factors[match?.[3] ?? '']
  if (!match || factor === undefined) return undefined
  const value = Number(`${match[1]}.${match[2] ?? '0'}`) * factor
  // 1.1 * 1e9 is 1100000000.0000002 in binary floating point; a real fraction of a byte is larger than that.
  return Math.ceil(value - Math.max(1e-9, value * 1e-15 * 2))
}

/** Bytes in the largest binary unit that says them exactly: 268435456 is `256Mi`, 1000 is `1000`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki'] as const) {
    const factor = factors[unit] ?? 1
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`
  }
  return String(bytes)
}

/** Bytes rounded up to a whole multiple of `unit`. */
export function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit
}
