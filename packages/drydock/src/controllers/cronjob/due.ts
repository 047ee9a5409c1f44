/** Which of its times a CronJob is to start a Job for. Pure; after pkg/controller/cronjob/utils.go. */
import type { Schedule } from '../../cron/schedule.ts'

export interface Due {
  /** The newest time that has come and has had no Job; ms since the epoch. Older ones are not made up for. */
  readonly time?: number
  /** More than a hundred went by: a wrong clock, or a long standstill. */
  readonly tooMany: boolean
}

/** Above this many missed times something is wrong. */
const many = 100

/**
 * @param earliest ms since the epoch: the last time it started a Job, or its creation
 * @throws RangeError for a schedule that never comes
 */
export function dueTime(schedule: Schedule, earliest: number, now: number): Due {
  const first = schedule.next(earliest)
  if (first !== undefined && now < first) return { tooMany: false }
  const second = first === undefined ? undefined : schedule.next(first)
  if (first === undefined || second === undefined) {
    throw new RangeError('time difference between two schedules is less than 1 second')
  }
  if (now < second) return { time: first, tooMany: false }
  const apart = Math.max(1000, second - first)
  const missed = Math.floor((now - first) / apart) + 1
  // Not every schedule has equal steps: the last two of them are looked for one by one.
  let time: number | undefined
  for (
    let next = schedule.next(first + (missed - 2) * apart);
    next !== undefined && next <= now;
    next = schedule.next(next)
  )
    time = next
  return { ...(time === undefined ? {} : { time }), tooMany: missed > many }
}
