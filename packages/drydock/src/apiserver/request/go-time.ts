/** Times of built-in objects, read and written as Go's `time.Parse` and the types Time and MicroTime do. */

/** What has to come next, how Go names it, and what it calls a number that is too small or too large. */
type Element = readonly [RegExp, string, string?, number?, number?]

const date: readonly Element[] = [
  [/^\d{4}/, '2006'],
  [/^-/, '-'],
  [/^\d\d/, '01', 'month', 1, 12],
  [/^-/, '-'],
  [/^\d\d/, '02', 'day', 1, 31],
  [/^T/, 'T'],
  [/^\d\d?/, '15', 'hour', 0, 23],
  [/^:/, ':'],
  [/^\d\d/, '04', 'minute', 0, 59],
  [/^:/, ':'],
  [/^\d\d/, '05', 'second', 0, 59],
]
const zone: Element = [/^(?:Z|[+-]\d\d:\d\d)/, 'Z07:00']

/**
 * The time in the form in which it is stored: UTC, in whole seconds or, with `micro`, in microseconds.
 * Throws an Error in Go's words.
 */
export function storedTime(text: string, micro: boolean): string {
  const fraction = micro ? '.000000' : ''
  const layout = `2006-01-02T15:04:05${fraction}Z07:00`
  let rest = text
  const take = ([pattern, name, part, least = 0, most = 0]: Element): void => {
    const found = pattern.exec(rest)?.[0]
    if (found === undefined) {
      const parts = [text, layout, rest, name].map((one) => JSON.stringify(one))
      throw new Error(`parsing time ${parts[0]} as ${parts[1]}: cannot parse ${parts[2]} as ${parts[3]}`)
    }
    if (part !== undefined && (Number(found) < least || Number(found) > most))
      throw new Error(`parsing time ${JSON.stringify(text)}: ${part} out of range`)
    rest = rest.slice(found.length)
  }
  date.forEach(take)
  // Go takes a fraction where the layout has none.
  const digits = /^\.(\d+)/.exec(rest)?.[1] ?? ''
  if (micro) take([/^\.\d{6}/, fraction])
  else if (digits !== '') rest = rest.slice(digits.length + 1)
  take(zone)
  if (rest !== '')
    throw new Error(`parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`)
  const time = new Date(text.replace(/\.\d+/, ''))
  const whole = time.toISOString().slice(0, 19)
  return micro ? `${whole}.${digits.slice(0, 6)}Z` : `${whole}Z`
}
