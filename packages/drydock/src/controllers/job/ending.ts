/** Whether and how a Job ends. Pure; after syncJob of pkg/controller/job/job_controller.go. */
import type { Job, Pod } from '@orlop/kube'
import { isActive } from '../pod-state.ts'
import { timestamp } from '../timestamp.ts'
import { failurePolicyOf, judge } from './failure-policy.ts'
import { isIndexed } from './indexes.ts'
import type { Tracking } from './tracking.ts'

export type JobStatus = NonNullable<Job['status']>
export type JobCondition = NonNullable<JobStatus['conditions']>[number]

/** What a Job is on its way to: first said by `interim`, then, when all its pods are gone and counted, by `final`. */
export interface End {
  readonly interim: 'SuccessCriteriaMet' | 'FailureTarget'
  readonly final: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

/** A Job that has ended for good. */
export function finalCondition({ status }: Job): JobCondition | undefined {
  return status?.conditions?.find(
    ({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'),
  )
}

/** What was decided already; nothing that comes later changes it. */
export function decidedEnd({ status }: Job): End | undefined {
  for (const { type, status: is, reason = '', message = '' } of status?.conditions ?? []) {
    if (is !== 'True') continue
    if (type === 'SuccessCriteriaMet') return { interim: type, final: 'Complete', reason, message }
    if (type === 'FailureTarget') return { interim: type, final: 'Failed', reason, message }
  }
  return undefined
}

export function failure(job: Job, pods: readonly Pod[], counts: Tracking, now: number): End | undefined {
  const fail = (reason: string, message: string): End => ({
    interim: 'FailureTarget',
    final: 'Failed',
    reason,
    message,
  })
  const policy = failurePolicyOf(job)
  for (const pod of policy === undefined ? [] : pods) {
    const why = pod.status?.phase === 'Failed' ? judge(policy, pod).failsJob : undefined
    if (why !== undefined) return fail('PodFailurePolicy', why)
  }
  if (counts.failed > (job.spec?.backoffLimit ?? 6) || restartsTooMuch(job, pods))
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  const left = deadlineLeft(job, now)
  return left !== undefined && left <= 0
    ? fail('DeadlineExceeded', 'Job was active longer than specified deadline')
    : undefined
}

/** @param active pods that run, after this look */
export function success(job: Job, counts: Tracking, active: number): End | undefined {
  const completions = job.spec?.completions
  // Without a number of completions the first success means that the work queue is empty.
  const enough = completions === undefined ? counts.succeeded > 0 : counts.succeeded >= completions
  if (!enough || active > 0 || (completions === undefined && isIndexed(job))) return undefined
  return {
    interim: 'SuccessCriteriaMet',
    final: 'Complete',
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  }
}

/** Containers that are started again in place count like pods that fail. */
function restartsTooMuch({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec?.template?.spec?.restartPolicy !== 'OnFailure') return false
  const restarts = pods
    .filter(isActive)
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0)
  const limit = spec.backoffLimit ?? 6
  return limit === 0 ? restarts > 0 : restarts >= limit
}

/** ms until the Job has to be done; undefined without a deadline, or while it is suspended. */
export function deadlineLeft({ spec, status }: Job, now: number): number | undefined {
  if (spec?.activeDeadlineSeconds === undefined || status?.startTime === undefined || spec.suspend === true)
    return undefined
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - now
}

/** ms until a Job that has ended is to be deleted; undefined where it may stay. */
export function timeToLive(job: Job, now: number): number | undefined {
  const seconds = job.spec?.ttlSecondsAfterFinished
  const end = finalCondition(job)?.lastTransitionTime
  if (seconds === undefined || end === undefined) return undefined
  return Date.parse(end) + seconds * 1000 - now
}

export function conditionAt(
  type: string,
  status: 'True' | 'False',
  reason: string,
  message: string,
  now: number,
): JobCondition {
  const time = timestamp(now)
  return { type, status, reason, message, lastProbeTime: time, lastTransitionTime: time }
}

/** The list with this condition as the only one of its type; the same list where that is so already. */
export function withCondition(list: readonly JobCondition[], next: JobCondition): JobCondition[] {
  const old = list.find(({ type }) => type === next.type)
  if (old?.status === next.status && old.reason === next.reason && old.message === next.message)
    return [...list]
  if (old === undefined) return [...list, next]
  return list.map((one) => (one.type === next.type ? next : one))
}
