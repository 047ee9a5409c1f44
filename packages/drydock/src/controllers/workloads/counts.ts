/** Counts as a status has them: those of nothing are left out, as Go does with `omitempty`. Pure. */
export function withoutZeros<T extends object>(counts: T): { [K in keyof T]?: T[K] } {
  const shown: { [K in keyof T]?: T[K] } = { ...counts }
  for (const key in shown) if (shown[key] === 0) delete shown[key]
  return shown
}
