/** What a Job needs next. Pure; after pkg/controller/job/job_controller.go, without indexed completions. */
import type { Job, Pod } from '@orlop/kube'
import { isActive, isReady } from '../pod-state.ts'
import { timestamp } from '../timestamp.ts'
import { podFrom, unusedNames } from '../workloads/pod-from.ts'

export type JobStatus = NonNullable<Job['status']>

/** After the n-th failure, ms: 10 s doubled each time, at most six minutes. */
const backoff = (failures: number): number => Math.min(360_000, 10_000 * 2 ** (failures - 1))

export interface JobView {
  readonly job: Job
  /** The pods it controls, without those it has already deleted. */
  readonly pods: readonly Pod[]
  readonly now: number
}

export interface JobPlan {
  readonly create: readonly Pod[]
  readonly remove: readonly Pod[]
  readonly status: JobStatus
  /** Its time to live after the end is over: delete it. */
  readonly expired: boolean
  readonly again?: number
}

export function planJob({ job, pods, now }: JobView): JobPlan {
  const active = pods.filter(isActive)
  const counted = countsOf(job, pods)
  const end = ended(job) ?? outcome(job, active, counted, now)
  const status = statusOf(job, active, counted, end, now)
  if (end !== undefined) {
    const left = timeToLive(job, status, now)
    const remove = ended(job) === undefined || end.type === 'Failed' ? active : []
    const again = left !== undefined && left > 0 ? { again: left } : {}
    return { create: [], remove, status, expired: left !== undefined && left <= 0, ...again }
  }
  const wanted = job.spec?.suspend === true ? 0 : Math.min(parallelism(job), remaining(job, counted))
  const pause = pauseAfterFailure(pods, counted, now)
  const missing = pause > 0 ? 0 : Math.max(0, wanted - active.length)
  const names = unusedNames(job, missing, new Set(pods.map((pod) => pod.metadata.name)))
  const waits = [pause, deadlineLeft(job, now) ?? 0].filter((ms) => ms > 0)
  return {
    create: names.map((name) => podFrom(job, job.spec?.template ?? {}, name, jobLabels(job))),
    remove: active.slice(0, Math.max(0, active.length - wanted)),
    status,
    expired: false,
    ...(waits.length > 0 ? { again: Math.min(...waits) } : {}),
  }
}

interface Counts {
  readonly succeeded: number
  readonly failed: number
  readonly restarts: number
}

/** A pod that somebody removed still counts: status keeps the highest number ever seen. */
function countsOf({ status }: Job, pods: readonly Pod[]): Counts {
  const inPhase = (phase: string): number => pods.filter((pod) => pod.status?.phase === phase).length
  const restarts = pods
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .reduce((sum, container) => sum + container.restartCount, 0)
  return {
    succeeded: Math.max(status?.succeeded ?? 0, inPhase('Succeeded')),
    failed: Math.max(status?.failed ?? 0, inPhase('Failed')),
    restarts,
  }
}

interface End {
  readonly type: 'Complete' | 'Failed'
  readonly reason?: string
  readonly message?: string
}

function ended({ status }: Job): End | undefined {
  const type = status?.conditions?.find(
    (c) => c.status === 'True' && (c.type === 'Complete' || c.type === 'Failed'),
  )?.type
  return type === 'Complete' || type === 'Failed' ? { type } : undefined
}

function outcome(job: Job, active: readonly Pod[], counts: Counts, now: number): End | undefined {
  if (counts.failed + counts.restarts > (job.spec?.backoffLimit ?? 6)) {
    return {
      type: 'Failed',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    }
  }
  const left = deadlineLeft(job, now)
  if (left !== undefined && left <= 0) {
    return {
      type: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    }
  }
  const completions = job.spec?.completions
  // Without a number of completions the first success means that the work queue is empty.
  const done =
    completions === undefined ? counts.succeeded > 0 && active.length === 0 : counts.succeeded >= completions
  return done
    ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
    : undefined
}

function statusOf(
  job: Job,
  active: readonly Pod[],
  counts: Counts,
  end: End | undefined,
  now: number,
): JobStatus {
  const { status } = job
  const startTime = status?.startTime ?? (job.spec?.suspend === true ? undefined : timestamp(now))
  const next: JobStatus = {
    ...status,
    ...(startTime === undefined ? {} : { startTime }),
    active: end === undefined ? active.length : 0,
    ready: end === undefined ? active.filter(isReady).length : 0,
    succeeded: counts.succeeded,
    failed: counts.failed,
  }
  if (end === undefined || ended(job) !== undefined) return next
  const { type, reason, message } = end
  const times = { lastProbeTime: timestamp(now), lastTransitionTime: timestamp(now) }
  const condition = {
    type,
    status: 'True',
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...times,
  }
  const conditions = [...(status?.conditions ?? []), condition]
  return { ...next, conditions, ...(type === 'Complete' ? { completionTime: timestamp(now) } : {}) }
}

function remaining(job: Job, counts: Counts): number {
  if (job.spec?.completions === undefined) return counts.succeeded > 0 ? 0 : parallelism(job)
  return Math.max(0, job.spec.completions - counts.succeeded)
}

function pauseAfterFailure(pods: readonly Pod[], { failed }: Counts, now: number): number {
  const ends = pods
    .filter((pod) => pod.status?.phase === 'Failed')
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .map((container) => Date.parse(container.state?.terminated?.finishedAt ?? ''))
    .filter((time) => !Number.isNaN(time))
  return failed === 0 || ends.length === 0 ? 0 : Math.max(...ends) + backoff(failed) - now
}

function deadlineLeft({ spec, status }: Job, now: number): number | undefined {
  if (spec?.activeDeadlineSeconds === undefined || status?.startTime === undefined) return undefined
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - now
}

function timeToLive({ spec }: Job, status: JobStatus, now: number): number | undefined {
  if (spec?.ttlSecondsAfterFinished === undefined) return undefined
  const end = status.conditions?.find((c) => c.type === 'Complete' || c.type === 'Failed')?.lastTransitionTime
  return Date.parse(end ?? '') + spec.ttlSecondsAfterFinished * 1000 - now
}

function jobLabels({ metadata }: Job): Record<string, string> {
  const { name, uid = '' } = metadata
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
}

const parallelism = (job: Job): number => job.spec?.parallelism ?? 1
