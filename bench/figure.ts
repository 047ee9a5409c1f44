/** A measured figure, printed as one JSON line. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly runs: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** The same figure of another program, from the same run. */
  readonly peer?: Omit<Figure, 'name' | 'unit' | 'peer'> & { readonly name: string }
  /** Ours by theirs, at p50. */
  readonly ratio?: number
}

export function figureOf(name: string, unit: string, values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part: number): number =>
    Math.round((sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN) * 100) / 100
  return { name, unit, runs: values.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

export function print(name: string, unit: string, values: readonly number[]): void {
  console.log(JSON.stringify(figureOf(name, unit, values)))
}

/** Prints ours beside theirs. */
export function compare(
  name: string,
  unit: string,
  values: readonly number[],
  peer: string,
  theirs: readonly number[],
): void {
  const ours = figureOf(name, unit, values)
  const { unit: _, ...other } = figureOf(peer, unit, theirs)
  console.log(JSON.stringify({ ...ours, peer: other, ratio: Number((ours.p50 / other.p50).toPrecision(2)) }))
}

/** What a line of a benchmark's output says, if it is a figure. */
export function parseFigure(line: string): Figure | undefined {
  if (!line.startsWith('{')) return undefined
  const value: unknown = JSON.parse(line)
  return isFigure(value) ? value : undefined
}

function isFigure(value: unknown): value is Figure {
  return typeof value === 'object' && value !== null && 'name' in value && 'unit' in value && 'p50' in value
}
