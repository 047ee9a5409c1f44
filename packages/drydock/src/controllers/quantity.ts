/** Kubernetes quantities ("100m", "1Gi", "2e3") as numbers. Pure. */

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** In the resource's own unit (cores, bytes, pieces). What is no quantity counts as 0: the API server refuses those. */
export function quantity(text: string | number | undefined): number {
  if (text === undefined) return 0
  const parts = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]{0,2})$/.exec(String(text))
  const factor = FACTORS[parts?.[2] ?? '']
  return parts === null || factor === undefined ? 0 : Number(parts[1]) * factor
}

/** Floating point sums of "100m" must not refuse the last pod that fits exactly. */
export const fits = (wanted: number, free: number): boolean => wanted <= free + 1e-9
