/** What a CronJob needs next. Pure; after syncCronJob of pkg/controller/cronjob/cronjob_controllerv2.go. */
import { isDeepStrictEqual } from 'node:util'
import type { CronJob, EventInput, Job } from '@orlop/kube'
import { TimeZone } from '../../cron/local-time.ts'
import { parseSchedule, type Schedule } from '../../cron/schedule.ts'
import { timestamp } from '../timestamp.ts'
import { type Due, dueTime } from './due.ts'
import { conditionOf, expiredJobs, isActiveIn, jobFor } from './jobs.ts'

export type CronJobStatus = NonNullable<CronJob['status']>

export interface CronJobView {
  readonly cronJob: CronJob
  /** The Jobs it controls. */
  readonly jobs: readonly Job[]
  /** The uids of Jobs in `status.active` that the server, asked just now, does not have. */
  readonly gone: ReadonlySet<string>
  /** When its schedule became what it is, ms since the epoch; times before that were another schedule's. */
  readonly scheduleSince: number
  readonly now: number
}

export interface CronJobPlan {
  readonly status: CronJobStatus
  readonly events: readonly EventInput[]
  /** Jobs beyond the history, or to be replaced. */
  readonly remove: readonly Job[]
  /** The Job to start, and for when; its place in the status follows its creation. */
  readonly start?: { readonly job: Job; readonly time: number }
  /** ms until the next time comes */
  readonly again?: number
}

/** Clocks may be this far apart, ms. */
const skew = 100

export function planCronJob(view: CronJobView): CronJobPlan {
  const { cronJob, jobs } = view
  const expired = expiredJobs(cronJob, jobs)
  const { status, events } = followed(view)
  const plan = { status, events, remove: expired }
  if (cronJob.metadata.deletionTimestamp !== undefined) return plan
  const { spec } = cronJob
  const told = (type: EventInput['type'], reason: string, note: string): CronJobPlan => ({
    ...plan,
    events: [...events, { type, reason, note }],
  })
  const zone = spec?.timeZone === undefined ? TimeZone.utc : TimeZone.of(spec.timeZone)
  if (zone === undefined) {
    const zoneText = JSON.stringify(spec?.timeZone)
    return told(
      'Warning',
      'UnknownTimeZone',
      `invalid timeZone: ${zoneText}: unknown time zone ${spec?.timeZone}`,
    )
  }
  if (spec?.suspend === true) return plan
  const text = spec?.schedule ?? ''
  const schedule = orWhy(() => parseSchedule(text, zone))
  if (typeof schedule === 'string') {
    const note = `unparseable schedule: ${JSON.stringify(text)} : ${schedule}`
    return told('Warning', 'UnparseableSchedule', note)
  }
  const due = orWhy(() => dueTime(schedule, earliest(view, true), view.now))
  if (typeof due === 'string') return told('Warning', 'InvalidSchedule', `invalid schedule: ${text} : ${due}`)
  return { ...begun(view, plan, due), ...nextLook(view, schedule, due) }
}

/** Starts the Job that is due, if any may be. */
function begun(view: CronJobView, plan: CronJobPlan, due: Due): CronJobPlan {
  const { cronJob, jobs, now } = view
  const { spec } = cronJob
  const { time } = due
  if (time === undefined) return plan
  const { status } = plan
  const events = [...plan.events]
  if (due.tooMany) {
    const note =
      'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
    events.push({ type: 'Warning', reason: 'TooManyMissedTimes', note })
  }
  const deadline = spec?.startingDeadlineSeconds
  if (deadline !== undefined && time + deadline * 1000 < now) {
    const note = `Missed scheduled time to start a job: ${rfc1123(time)}`
    return { ...plan, events: [...events, { type: 'Warning', reason: 'MissSchedule', note }] }
  }
  const job = jobFor(cronJob, time)
  const active = status.active ?? []
  const done = active.some(({ name }) => name === job.metadata.name)
  if (done || status.lastScheduleTime === timestamp(time)) return { ...plan, events }
  if (spec?.concurrencyPolicy === 'Forbid' && active.length > 0) {
    const note = 'Not starting job because prior execution is running and concurrency policy is Forbid'
    return { ...plan, events: [...events, { type: 'Normal', reason: 'JobAlreadyActive', note }] }
  }
  const start = { job, time }
  if (spec?.concurrencyPolicy !== 'Replace') return { ...plan, events, start }
  const replaced = jobs.filter((one) => isActiveIn(status, one))
  return { status, events, remove: [...plan.remove, ...replaced], start }
}

/** The status after what became of its Jobs. */
function followed({ cronJob, jobs, gone }: CronJobView): { status: CronJobStatus; events: EventInput[] } {
  const before = cronJob.status ?? {}
  const events: EventInput[] = []
  let active = before.active ?? []
  let { lastSuccessfulTime } = before
  for (const job of jobs) {
    const condition = conditionOf(job)
    const listed = isActiveIn(before, job)
    const { name, uid } = job.metadata
    if (condition === undefined) {
      if (listed) continue
      const note = `Saw a job that the controller did not create or forgot: ${name}`
      events.push({ type: 'Warning', reason: 'UnexpectedJob', note })
      continue
    }
    if (listed) {
      active = active.filter((reference) => reference.uid !== uid)
      const note = `Saw completed job: ${name}, condition: ${condition}`
      events.push({ type: 'Normal', reason: 'SawCompletedJob', note })
    }
    const completed = condition === 'Complete' ? job.status?.completionTime : undefined
    if (completed !== undefined && !(Date.parse(lastSuccessfulTime ?? '') >= Date.parse(completed)))
      lastSuccessfulTime = completed
  }
  for (const { uid = '', name } of active) {
    if (!gone.has(uid)) continue
    active = active.filter((reference) => reference.uid !== uid)
    events.push({ type: 'Normal', reason: 'MissingJob', note: `Active job went missing: ${name}` })
  }
  const { active: _old, ...rest } = before
  const status: CronJobStatus = {
    ...rest,
    ...(active.length > 0 ? { active } : {}),
    ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
  }
  return { status: isDeepStrictEqual(status, before) ? before : status, events }
}

/** From when on its times count; ms since the epoch. */
function earliest({ cronJob, scheduleSince, now }: CronJobView, withDeadline: boolean): number {
  const { metadata, spec, status } = cronJob
  const last = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp ?? '')
  const deadline = withDeadline ? spec?.startingDeadlineSeconds : undefined
  return Math.max(last || 0, scheduleSince, deadline === undefined ? 0 : now - deadline * 1000)
}

/** An `@every` counts from the last time, not from now. */
function nextLook(view: CronJobView, schedule: Schedule, { time }: Due): { again?: number } {
  const { now } = view
  const after = schedule.next(time ?? earliest(view, false))
  const next = after === undefined || after > now ? after : schedule.next(now)
  return next === undefined ? {} : { again: next + skew - now }
}

/** What `make` gives, or why it cannot. */
function orWhy<T>(make: () => T): T | string {
  try {
    return make()
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

/** `Mon, 02 Jan 2006 15:04:05 +0000`, as the event has it. */
const rfc1123 = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000')
