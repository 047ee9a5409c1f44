/** What a Job needs next. Pure; after pkg/controller/job/job_controller.go, without limits for each index and success policies. */
import type { EventInput, Job, Pod } from '@orlop/kube'
import { isActive, isFinished, isReady, isTerminating } from '../pod-state.ts'
import { timestamp } from '../timestamp.ts'
import {
  conditionAt,
  deadlineLeft,
  decidedEnd,
  type End,
  failure,
  finalCondition,
  type JobStatus,
  success,
  timeToLive,
  withCondition,
} from './ending.ts'
import { indexOf, isIndexed, pendingIndexes, printIndexes } from './indexes.ts'
import { indexedPods, plainPods } from './job-pods.ts'
import { type Tracking, track } from './tracking.ts'

export interface JobView {
  readonly job: Job
  /** The pods it controls. */
  readonly pods: readonly Pod[]
  readonly now: number
}

export interface JobPlan {
  readonly create: readonly Pod[]
  /** Pods to be deleted; what becomes of them counts. */
  readonly remove: readonly Pod[]
  /** Pods to be deleted that count for nothing: there are too many of them, or the Job is suspended. */
  readonly drop: readonly Pod[]
  /** Pods whose finalizer goes: that they ended stands in the Job's status. */
  readonly release: readonly Pod[]
  readonly status: JobStatus
  readonly events: readonly EventInput[]
  /** Its time to live after the end is over: delete it. */
  readonly expired: boolean
  /** ms */
  readonly again?: number
}

export function planJob(view: JobView): JobPlan {
  const { job, pods, now } = view
  if (finalCondition(job) !== undefined) return afterEnd(job, pods, now)
  const decided = decidedEnd(job)
  const counts = track(job, pods, decided?.final === 'Failed')
  const active = pods.filter(isActive)
  const end = decided ?? failure(job, pods, counts, now)
  if (end !== undefined) return ended(view, counts, end, active)
  const going = job.metadata.deletionTimestamp !== undefined
  const work: Work = going ? { create: [], drop: [] } : manage(view, counts, active)
  const left = active.length + work.create.length - work.drop.length
  const done = success(job, counts, left)
  if (done !== undefined) return ended(view, counts, done, active)
  const { status, events } = statusOf(view, counts, active)
  const waits = [work.pause ?? 0, deadlineLeft(job, now) ?? 0].filter((ms) => ms > 0)
  return {
    create: work.create,
    remove: [],
    drop: work.drop,
    release: counts.release,
    status,
    events,
    expired: false,
    ...(waits.length > 0 ? { again: Math.min(...waits) } : {}),
  }
}

/** Nothing is started any more; what was left behind is let go. */
function afterEnd(job: Job, pods: readonly Pod[], now: number): JobPlan {
  const left = timeToLive(job, now)
  const held = pods.filter(({ metadata }) => (metadata.finalizers ?? []).length > 0)
  return {
    create: [],
    remove: [],
    drop: [],
    release: held,
    status: job.status ?? {},
    events: [],
    expired: left !== undefined && left <= 0,
    ...(left !== undefined && left > 0 ? { again: left } : {}),
  }
}

/** Ends what runs; says so for good when all of it is gone and counted. */
function ended(view: JobView, counts: Tracking, end: End, active: readonly Pod[]): JobPlan {
  const { pods, now } = view
  const { status, events } = statusOf(view, counts, active)
  const { interim, final, reason, message } = end
  const conditions = withCondition(
    status.conditions ?? [],
    conditionAt(interim, 'True', reason, message, now),
  )
  const over = active.length === 0 && counts.settled && !pods.some((pod) => isGoing(pod))
  const told: EventInput =
    final === 'Complete'
      ? { type: 'Normal', reason: 'Completed', note: 'Job completed' }
      : { type: 'Warning', reason, note: message }
  return {
    create: [],
    remove: active,
    drop: [],
    release: counts.release,
    status: {
      ...status,
      conditions: over ? [...conditions, conditionAt(final, 'True', reason, message, now)] : conditions,
      ...(over && final === 'Complete' ? { completionTime: timestamp(now) } : {}),
    },
    events: over ? [...events, told] : events,
    expired: false,
  }
}

interface Work {
  readonly create: readonly Pod[]
  readonly drop: readonly Pod[]
  /** ms until more may be created */
  readonly pause?: number
}

function manage({ job, pods, now }: JobView, counts: Tracking, active: readonly Pod[]): Work {
  if (job.spec?.suspend === true) return { create: [], drop: active }
  const wanted = wantedActive(job, counts, active.length)
  const surplus = surplusPods(job, counts, active, wanted)
  if (surplus.length > 0) return { create: [], drop: surplus }
  const going = pods.filter(isGoing)
  const waitsForEnd = job.spec?.podReplacementPolicy === 'Failed'
  const missing = wanted - active.length - (waitsForEnd ? going.length : 0)
  if (missing <= 0) return { create: [], drop: [] }
  const pause = pauseAfterFailure(pods, now)
  if (pause > 0) return { create: [], drop: [], pause }
  const used = new Set(pods.map(({ metadata }) => metadata.name))
  if (!isIndexed(job)) return { create: plainPods(job, missing, used), drop: [] }
  const taken = new Set(counts.succeededIndexes)
  for (const pod of waitsForEnd ? [...active, ...going] : active) taken.add(indexOf(pod) ?? -1)
  const indexes = pendingIndexes(job.spec?.completions ?? 0, taken, missing)
  return { create: indexedPods(job, indexes, used), drop: [] }
}

function wantedActive({ spec }: Job, { succeeded }: Tracking, active: number): number {
  const parallelism = spec?.parallelism ?? 1
  if (spec?.completions === undefined) return succeeded > 0 ? active : parallelism
  return Math.max(0, Math.min(parallelism, spec.completions - succeeded))
}

/** Pods of an index that is done, beyond the last or taken twice go first, then those that serve least. */
function surplusPods(job: Job, counts: Tracking, active: readonly Pod[], wanted: number): Pod[] {
  const seen = new Set(counts.succeededIndexes)
  const useless = new Set<Pod>()
  for (const pod of isIndexed(job) ? active : []) {
    const index = indexOf(pod) ?? -1
    if (seen.has(index) || index < 0 || index >= (job.spec?.completions ?? 0)) useless.add(pod)
    seen.add(index)
  }
  const rank = (pod: Pod): number => (useless.has(pod) ? 0 : pod.spec?.nodeName ? (isReady(pod) ? 3 : 2) : 1)
  const atLeast = Math.max(useless.size, active.length - wanted)
  return active.toSorted((a, b) => rank(a) - rank(b)).slice(0, atLeast)
}

/** On its way out, its end not told yet. */
const isGoing = (pod: Pod): boolean => isTerminating(pod) && !isFinished(pod)

/** 10 s after the first failure since the last success, doubled with each more, at most ten minutes. */
function pauseAfterFailure(pods: readonly Pod[], now: number): number {
  const lastSuccess = Math.max(0, ...pods.filter((p) => p.status?.phase === 'Succeeded').map(endOf))
  const failures = pods
    .filter((pod) => pod.status?.phase === 'Failed' || isGoing(pod))
    .map(endOf)
    .filter((time) => time > lastSuccess)
  if (failures.length === 0) return 0
  return Math.max(...failures) + Math.min(600_000, 10_000 * 2 ** (failures.length - 1)) - now
}

/** When a pod ended, as far as it says; ms since the epoch, 0 where it does not. */
function endOf({ metadata, status }: Pod): number {
  const times = (status?.containerStatuses ?? [])
    .map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''))
    .filter((time) => !Number.isNaN(time))
  if (times.length > 0) return Math.max(...times)
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata
  return deletionTimestamp === undefined
    ? 0
    : Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000
}

function statusOf(
  { job, pods, now }: JobView,
  counts: Tracking,
  active: readonly Pod[],
): { status: JobStatus; events: EventInput[] } {
  const { uncountedTerminatedPods: _u, active: _a, succeeded: _s, failed: _f, ...before } = job.status ?? {}
  const { succeeded, failed } = counts.uncounted
  const suspended = suspension(job, now)
  const startTime =
    suspended.startTime ?? before.startTime ?? (job.spec?.suspend === true ? undefined : timestamp(now))
  const status: JobStatus = {
    ...before,
    ...(startTime === undefined ? {} : { startTime }),
    ...unlessZero({ active: active.length, ...counts.counted }),
    ready: active.filter(isReady).length,
    terminating: pods.filter(isGoing).length,
    ...(isIndexed(job) ? { completedIndexes: printIndexes(counts.succeededIndexes) } : {}),
    uncountedTerminatedPods: {
      ...(succeeded.length > 0 ? { succeeded: [...succeeded] } : {}),
      ...(failed.length > 0 ? { failed: [...failed] } : {}),
    },
    ...(suspended.conditions === undefined ? {} : { conditions: suspended.conditions }),
  }
  return { status, events: suspended.events }
}

/** Numbers that are only shown where they say something. */
function unlessZero(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

/** A Job that is taken up again starts its clock anew. */
function suspension(
  { spec, status }: Job,
  now: number,
): { startTime?: string; conditions?: JobStatus['conditions']; events: EventInput[] } {
  const list = status?.conditions ?? []
  const old = list.find(({ type }) => type === 'Suspended')
  if (spec?.suspend === true && old?.status !== 'True') {
    const next = conditionAt('Suspended', 'True', 'JobSuspended', 'Job suspended', now)
    const event: EventInput = { type: 'Normal', reason: 'Suspended', note: 'Job suspended' }
    return { conditions: withCondition(list, next), events: [event] }
  }
  if (spec?.suspend !== true && old?.status === 'True') {
    const next = conditionAt('Suspended', 'False', 'JobResumed', 'Job resumed', now)
    const event: EventInput = { type: 'Normal', reason: 'Resumed', note: 'Job resumed' }
    return { startTime: timestamp(now), conditions: withCondition(list, next), events: [event] }
  }
  return { events: [] }
}
