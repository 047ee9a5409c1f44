/**
 * When a CronJob is due. Pure. Has the grammar, the meaning and the messages of github.com/robfig/cron v3, which Kubernetes uses:
 * a Sunday is 0 and never 7, `5/10` is a range, a step makes a day field one that restricts, an hour that a change of the clock
 * leaves out is left out, one that it repeats is met twice. The libraries of npm differ in each of these.
 */
import { goDuration } from '../go-duration.ts'
import { type Bounds, type Field, parseField } from './fields.ts'
import { TimeZone } from './local-time.ts'

export interface Schedule {
  /** The first moment after `ms` (both since the epoch) at which it is due; undefined for one that never comes. */
  next(ms: number): number | undefined
}

const minute = 60_000
const hour = 60 * minute

const bounds: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  {
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** Years after which a schedule that was never met counts as impossible. */
const patience = 5

/**
 * Reads five fields, a name such as `@hourly`, or `@every 90m`; a `TZ=` before it wins over `zone`.
 * @throws RangeError with the words of the real parser
 */
export function parseSchedule(text: string, zone: TimeZone = TimeZone.utc): Schedule {
  if (text === '') throw new RangeError('empty spec string')
  const [, named, rest] = /^(?:CRON_)?TZ=(\S*)\s*(.*)$/.exec(text) ?? []
  if (named !== undefined) {
    const own = TimeZone.of(named)
    if (own === undefined) throw new RangeError(`provided bad location ${named}: unknown time zone ${named}`)
    return parseSchedule(rest ?? '', own)
  }
  const every = /^@every (.*)$/.exec(text)?.[1]
  if (every !== undefined) return parseEvery(text, every)
  if (text.startsWith('@') && !Object.hasOwn(descriptors, text))
    throw new RangeError(`unrecognized descriptor: ${text}`)
  const words = (descriptors[text] ?? text).split(/\s+/).filter((word) => word !== '')
  if (words.length !== bounds.length) {
    throw new RangeError(
      `expected exactly ${bounds.length} fields, found ${words.length}: [${words.join(' ')}]`,
    )
  }
  const [minutes, hours, days, months, weekdays] = bounds.map((one, at) => parseField(words[at] ?? '', one))
  return new FieldSchedule({ minutes, hours, days, months, weekdays }, zone)
}

function parseEvery(text: string, every: string): Schedule {
  const ms = goDuration(every)
  if (ms === undefined)
    throw new RangeError(`failed to parse duration ${text}: time: invalid duration ${JSON.stringify(every)}`)
  const delay = Math.max(1000, Math.floor(ms / 1000) * 1000)
  return { next: (from) => Math.floor(from / 1000) * 1000 + delay }
}

interface Fields {
  readonly minutes: Field | undefined
  readonly hours: Field | undefined
  readonly days: Field | undefined
  readonly months: Field | undefined
  readonly weekdays: Field | undefined
}

class FieldSchedule implements Schedule {
  readonly #fields: Fields
  readonly #zone: TimeZone

  constructor(fields: Fields, zone: TimeZone) {
    this.#fields = fields
    this.#zone = zone
  }

  next(ms: number): number | undefined {
    const last = this.#zone.wall(ms).year + patience
    let at = Math.floor(ms / minute) * minute + minute
    for (;;) {
      const wall = this.#zone.wall(at)
      if (wall.year > last) return undefined
      if (!allows(this.#fields.months, wall.month)) at = this.#zone.startOfDay(wall.year, wall.month + 1, 1)
      else if (!this.#allowsDay(wall.day, wall.weekday))
        at = this.#zone.startOfDay(wall.year, wall.month, wall.day + 1)
      else if (!allows(this.#fields.hours, wall.hour)) at += hour - wall.minute * minute
      else if (!allows(this.#fields.minutes, wall.minute)) at += minute
      else return at
    }
  }

  #allowsDay(day: number, weekday: number): boolean {
    const { days, weekdays } = this.#fields
    const both = days?.any === true || weekdays?.any === true
    return both
      ? allows(days, day) && allows(weekdays, weekday)
      : allows(days, day) || allows(weekdays, weekday)
  }
}

const allows = (field: Field | undefined, value: number): boolean => field?.values.has(value) === true
