/** One field of a crontab line. Pure. After github.com/robfig/cron v3 `parser.go`, the parser that Kubernetes uses, in its words. */

export interface Bounds {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

/** The values a field allows. `any` where it says `*`: then a day has to suit both fields of days, else one of them. */
export interface Field {
  readonly values: ReadonlySet<number>
  readonly any: boolean
}

/** @throws RangeError with what is wrong with it */
export function parseField(text: string, bounds: Bounds): Field {
  const ranges = text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => parseRange(part, bounds))
  return {
    values: new Set(ranges.flatMap(({ values }) => values)),
    any: ranges.some(({ any }) => any),
  }
}

/** `*`, `?`, `5`, `1-5`, each with a step: `5/10` is every tenth from 5 on. */
function parseRange(text: string, bounds: Bounds): { values: number[]; any: boolean } {
  const [range = '', stepText, ...moreSteps] = text.split('/')
  const [low = '', high, ...moreEnds] = range.split('-')
  const star = low === '*' || low === '?'
  if (!star && moreEnds.length > 0) throw new RangeError(`too many hyphens: ${text}`)
  const first = star ? bounds.min : parseValue(low, bounds)
  const last = star ? bounds.max : high === undefined ? first : parseValue(high, bounds)
  if (moreSteps.length > 0) throw new RangeError(`too many slashes: ${text}`)
  const step = stepText === undefined ? 1 : parseNumber(stepText)
  const end = stepText !== undefined && high === undefined ? bounds.max : last
  if (first < bounds.min)
    throw new RangeError(`beginning of range (${first}) below minimum (${bounds.min}): ${text}`)
  if (end > bounds.max) throw new RangeError(`end of range (${end}) above maximum (${bounds.max}): ${text}`)
  if (first > end) throw new RangeError(`beginning of range (${first}) beyond end of range (${end}): ${text}`)
  if (step === 0) throw new RangeError(`step of range should be a positive number: ${text}`)
  const values: number[] = []
  for (let value = first; value <= end; value += step) values.push(value)
  return { values, any: star && step === 1 }
}

function parseValue(text: string, { min, names }: Bounds): number {
  const named = names?.indexOf(text.toLowerCase()) ?? -1
  return named === -1 ? parseNumber(text) : min + named
}

function parseNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    const why = `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
    throw new RangeError(`failed to parse int from ${text}: ${why}`)
  }
  const value = Number(text)
  if (value < 0) throw new RangeError(`negative number (${value}) not allowed: ${text}`)
  return value
}
