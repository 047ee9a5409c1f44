/** What a ReplicaSet needs next. Pure. */
import type { Pod, ReplicaSet } from '@orlop/kube'
import { isActive, isReady, untilAvailable } from '../pod-state.ts'
import { matchesSelector } from '../selector.ts'
import { timestamp } from '../timestamp.ts'
import type { PodTemplate } from '../wire.ts'
import { withoutZeros } from '../workloads/counts.ts'
import { podFrom, unusedNames } from '../workloads/pod-from.ts'

export type ReplicaSetStatus = NonNullable<ReplicaSet['status']>

export interface ReplicaSetView {
  readonly set: ReplicaSet
  /** The pods it controls, without those it has already deleted. */
  readonly pods: readonly Pod[]
  /** Names in use, by whomever: a pod that was let go keeps its own. */
  readonly taken?: ReadonlySet<string>
  /** Why a pod could not be made at the last look. */
  readonly failure?: string | undefined
  readonly now: number
}

export interface ReplicaSetPlan {
  readonly create: readonly Pod[]
  readonly remove: readonly Pod[]
  readonly status: ReplicaSetStatus
  /** ms until a pod becomes available */
  readonly again?: number
}

export function planReplicaSet({
  set,
  pods,
  taken = new Set(),
  failure,
  now,
}: ReplicaSetView): ReplicaSetPlan {
  const active = pods.filter(isActive)
  const wanted = set.spec?.replicas ?? 1
  const deleting = set.metadata.deletionTimestamp !== undefined
  const missing = deleting ? 0 : Math.max(0, wanted - active.length)
  const surplus = deleting ? 0 : Math.max(0, active.length - wanted)
  const template = set.spec?.template ?? {}
  const names = unusedNames(set, missing, new Set([...taken, ...pods.map((pod) => pod.metadata.name)]))
  const waits = active
    .map((pod) => untilAvailable(pod, set.spec?.minReadySeconds ?? 0, now) ?? 0)
    .filter((ms) => ms > 0)
  return {
    create: names.map((name) => podFrom(set, template, name)),
    remove: active.toSorted(leastUseful).slice(0, surplus),
    status: statusOf(set, active, template, missing > 0 ? failure : undefined, now),
    ...(waits.length > 0 ? { again: Math.min(...waits) } : {}),
  }
}

function statusOf(
  set: ReplicaSet,
  active: readonly Pod[],
  template: PodTemplate,
  failure: string | undefined,
  now: number,
): ReplicaSetStatus {
  const ready = active.filter(isReady)
  const selector = { matchLabels: template.metadata?.labels ?? {} }
  const before = set.status?.conditions ?? []
  const others = before.filter(({ type }) => type !== 'ReplicaFailure')
  const told = before.find(({ type }) => type === 'ReplicaFailure')
  const failed = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: failure ?? '' }
  const conditions =
    failure === undefined ? others : [...others, told ?? { ...failed, lastTransitionTime: timestamp(now) }]
  const counts = {
    fullyLabeledReplicas: active.filter((pod) => matchesSelector(pod.metadata.labels, selector)).length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((p) => untilAvailable(p, set.spec?.minReadySeconds ?? 0, now) === 0)
      .length,
  }
  return {
    ...(conditions.length === 0 ? {} : { conditions }),
    replicas: active.length,
    ...withoutZeros(counts),
    observedGeneration: set.metadata.generation ?? 0,
  }
}

const PHASES = ['Pending', 'Unknown', 'Running']

function restarts({ status }: Pod): number {
  return Math.max(0, ...(status?.containerStatuses ?? []).map((container) => container.restartCount))
}

/** The order in which pods go (ActivePodsWithRanks in controller_utils.go): the ones that serve least first. */
function leastUseful(a: Pod, b: Pod): number {
  const cost = (pod: Pod): number =>
    Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)
  return (
    Number(Boolean(a.spec?.nodeName)) - Number(Boolean(b.spec?.nodeName)) ||
    PHASES.indexOf(a.status?.phase ?? '') - PHASES.indexOf(b.status?.phase ?? '') ||
    Number(isReady(a)) - Number(isReady(b)) ||
    cost(a) - cost(b) ||
    restarts(b) - restarts(a) ||
    Date.parse(b.metadata.creationTimestamp ?? '') - Date.parse(a.metadata.creationTimestamp ?? '') ||
    (a.metadata.name < b.metadata.name ? -1 : 1)
  )
}
