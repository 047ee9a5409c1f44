const nanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

/** The milliseconds of a duration as Go writes it (`1h2m3.5s`); undefined for anything else. */
export function goDuration(text: string): number | undefined {
  const [, sign, parts] = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text) ?? []
  if (text === '0') return 0
  if (parts === undefined) return undefined
  let total = 0
  for (const [, amount, unit] of parts.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(amount) * (nanoseconds[unit ?? ''] ?? 0)
  }
  return ((sign === '-' ? -1 : 1) * total) / 1e6
}

/** What format `duration` takes: Go's form, or words such as `3 days`. */
export function isDuration(text: string): boolean {
  return (
    goDuration(text) !== undefined ||
    /^\d+\s*(days?|d|weeks?|w|hours?|minutes?|mins?|seconds?|secs?)$/.test(text)
  )
}
