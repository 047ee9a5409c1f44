/**
 * Which pods of a Job have been counted. A pod keeps a finalizer until its end stands in the Job's status, so that whoever deletes
 * it cannot make it uncounted: its uid is written to `status.uncountedTerminatedPods`, then its finalizer goes, then its uid becomes
 * part of a number. Each step follows from what the last one left, so that any of them may be repeated. Pure.
 */
import { hasFinalizer, type Job, type Pod } from '@orlop/kube'
import { failurePolicyOf, judge } from './failure-policy.ts'
import { indexOf, isIndexed, parseIndexes } from './indexes.ts'

export const TRACKING = 'batch.kubernetes.io/job-tracking'

export interface Tracking {
  /** All that succeeded and failed so far, written down or not. */
  readonly succeeded: number
  readonly failed: number
  /** As they go into the status. */
  readonly counted: { readonly succeeded: number; readonly failed: number }
  readonly uncounted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] }
  /** Of an indexed Job. */
  readonly succeededIndexes: ReadonlySet<number>
  /** Pods whose end stands in the status as it is: their finalizers may go. */
  readonly release: readonly Pod[]
  /** Whether there are ends yet to be written down. */
  readonly settled: boolean
}

/** @param ending the Job fails: what still goes counts as failed */
export function track(job: Job, pods: readonly Pod[], ending: boolean): Tracking {
  const { status } = job
  const tracked = pods.filter((pod) => hasFinalizer(pod, TRACKING))
  const held = new Set(tracked.map(uidOf))
  const before = status?.uncountedTerminatedPods ?? {}
  const [succeededBefore, failedBefore] = [before.succeeded ?? [], before.failed ?? []]
  const succeeded = succeededBefore.filter((uid) => held.has(uid))
  const failed = failedBefore.filter((uid) => held.has(uid))
  const completions = job.spec?.completions ?? 0
  const written = parseIndexes(status?.completedIndexes ?? '', completions)
  const indexes = new Set(written)
  const policy = failurePolicyOf(job)
  const release: Pod[] = []
  for (const pod of tracked) {
    const uid = uidOf(pod)
    if (failed.includes(uid) || succeeded.includes(uid)) release.push(pod)
    else if (pod.status?.phase === 'Succeeded' && isIndexed(job)) {
      // Its index says that it is counted: no need to write down its uid.
      const index = indexOf(pod) ?? completions
      if (index >= completions || written.has(index)) release.push(pod)
      else indexes.add(index)
    } else if (pod.status?.phase === 'Succeeded') succeeded.push(uid)
    else if (isFailed(job, pod, ending)) {
      if (judge(policy, pod).counts) failed.push(uid)
      else release.push(pod)
    }
  }
  const counted = {
    succeeded: isIndexed(job)
      ? indexes.size
      : (status?.succeeded ?? 0) + succeededBefore.filter((uid) => !held.has(uid)).length,
    failed: (status?.failed ?? 0) + failedBefore.filter((uid) => !held.has(uid)).length,
  }
  return {
    succeeded: counted.succeeded + succeeded.length,
    failed: counted.failed + failed.length,
    counted,
    uncounted: { succeeded, failed },
    succeededIndexes: indexes,
    release,
    settled: succeeded.length + failed.length + release.length === 0 && indexes.size === written.size,
  }
}

/** One that is being deleted may never come to say how it ended; with `Failed` as replacement policy that is waited for. */
function isFailed(job: Job, { metadata, status }: Pod, ending: boolean): boolean {
  if (status?.phase === 'Failed') return true
  const waits = job.spec?.podReplacementPolicy === 'Failed' && !ending
  return metadata.deletionTimestamp !== undefined && !waits
}

const uidOf = ({ metadata }: Pod): string => metadata.uid ?? ''
