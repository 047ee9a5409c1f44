const suffixes: Readonly<Record<string, number>> = {
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

/** The number a Kubernetes quantity stands for ("100m" is 0.1, "1Ki" is 1024); undefined when it is none. */
export function quantity(text: string | number | undefined): number | undefined {
  if (text === undefined) return undefined
  const match = /^([+-]?[0-9.]+)(?:([eE][+-]?[0-9]+)|([a-zA-Z]*))$/.exec(String(text))
  if (!match) return undefined
  const factor = suffixes[match[3] ?? '']
  const value = Number(`${match[1]}${match[2] ?? ''}`)
  return factor === undefined || Number.isNaN(value) ? undefined : value * factor
}
