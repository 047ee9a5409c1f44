/** Wall clocks of time zones. */

/** What a clock on the wall shows; the month from 1, the weekday from 0 for Sunday. */
export interface WallTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly hour: number
  readonly minute: number
}

/** A time zone by its name in the IANA database. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat | undefined

  private constructor(format: Intl.DateTimeFormat | undefined) {
    this.#format = format
  }

  static readonly utc: TimeZone = new TimeZone(undefined)

  /** Undefined where there is none of that name. */
  static of(name: string): TimeZone | undefined {
    if (name === 'UTC') return TimeZone.utc
    // Offsets are no names, and the database's own files are told apart by case.
    if (!/^[A-Z][A-Za-z0-9+_/-]*$/.test(name)) return undefined
    try {
      return new TimeZone(new Intl.DateTimeFormat('en-US', { ...parts, timeZone: name }))
    } catch {
      return undefined
    }
  }

  /** @param ms since the epoch */
  wall(ms: number): WallTime {
    const shown = new Date(ms + this.offset(ms))
    return {
      year: shown.getUTCFullYear(),
      month: shown.getUTCMonth() + 1,
      day: shown.getUTCDate(),
      weekday: shown.getUTCDay(),
      hour: shown.getUTCHours(),
      minute: shown.getUTCMinutes(),
    }
  }

  /** The moment at which a day begins; where its midnight is left out, the first moment after. Days beyond the month run on. */
  startOfDay(year: number, month: number, day: number): number {
    const midnight = Date.UTC(year, month - 1, day)
    // The offset that holds at midnight, or the earlier of the two around a change.
    const guess = midnight - this.offset(midnight - this.offset(midnight))
    const before = midnight - this.offset(guess - 1)
    return this.wall(before).day === new Date(midnight).getUTCDate() ? Math.min(guess, before) : guess
  }

  /** How far the wall is ahead of UTC; ms. */
  offset(ms: number): number {
    if (this.#format === undefined) return 0
    const of: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(ms)) of[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = of
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000
  }
}

const parts: Intl.DateTimeFormatOptions = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
}
