import { qosClass } from './qos.ts'
import type { Slot } from './slot.ts'
import type { PlacedPod, PodCondition, PodStatus, Terminated } from './types.ts'

/** What a node knows of a pod beside its containers. */
export interface PodFacts {
  readonly startTime: string
  readonly ip: string | undefined
  readonly hostIP: string
  /** Nothing of the pod will run again: it was deleted, or given up. */
  readonly over: boolean
  /** Why the pod failed as a whole. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined
}

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed'

const endOf = (slot: Slot): Terminated | undefined => slot.status.state?.terminated

/** The phase of a pod, as `getPhase` of the kubelet decides it. */
export function phaseOf(pod: PlacedPod, slots: readonly Slot[], facts: PodFacts): Phase {
  if (facts.failure) return 'Failed'
  const policy = pod.spec.restartPolicy ?? 'Always'
  const inits = slots.filter((s) => s.kind === 'init')
  const mains = slots.filter((s) => s.kind === 'main')
  const failed = (s: Slot): boolean => (endOf(s)?.exitCode ?? 0) !== 0
  if (facts.over && mains.every(endOf))
    return slots.some((s) => s.kind !== 'sidecar' && failed(s)) ? 'Failed' : 'Succeeded'
  if (policy === 'Never' && inits.some(failed)) return 'Failed'
  if (
    inits.some((s) => !endOf(s) || failed(s)) ||
    slots.some((s) => s.kind === 'sidecar' && !s.status.started && !hasRun(s))
  )
    return 'Pending'
  if (mains.some((s) => !hasRun(s))) return 'Pending'
  if (mains.some((s) => s.status.state?.running)) return 'Running'
  // The work is done when the sidecars have ended too.
  if (slots.some((s) => s.kind === 'sidecar' && s.status.state?.running)) return 'Running'
  // Everything ended, or waits to be restarted.
  if (policy === 'Always') return 'Running'
  if (mains.every((s) => endOf(s)?.exitCode === 0)) return 'Succeeded'
  return policy === 'Never' ? 'Failed' : 'Running'
}

function hasRun(slot: Slot): boolean {
  const { state, lastState } = slot.status
  return Boolean(state?.running ?? state?.terminated ?? lastState?.terminated)
}

/** The whole status of a pod; conditions that are not the node's stay as they are. */
export function statusOf(pod: PlacedPod, slots: readonly Slot[], facts: PodFacts, now: string): PodStatus {
  const phase = phaseOf(pod, slots, facts)
  const inits = slots.filter((s) => s.kind !== 'main').map((s) => s.status)
  return {
    phase,
    ...(facts.failure && { reason: facts.failure.reason, message: facts.failure.message }),
    conditions: conditions(pod, slots, facts, phase, now),
    hostIP: facts.hostIP,
    hostIPs: [{ ip: facts.hostIP }],
    ...(facts.ip && { podIP: facts.ip, podIPs: [{ ip: facts.ip }] }),
    startTime: facts.startTime,
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: slots.filter((s) => s.kind === 'main').map((s) => s.status),
    qosClass: qosClass(pod.spec),
  }
}

/** Condition types that this node writes. */
export const ownConditions: readonly string[] = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
]

function conditions(
  pod: PlacedPod,
  slots: readonly Slot[],
  facts: PodFacts,
  phase: Phase,
  now: string,
): PodCondition[] {
  const before = pod.status.conditions ?? []
  const others = before.filter((c) => !ownConditions.includes(c.type))
  const over = phase === 'Succeeded' || phase === 'Failed'
  const initialized = initializedCondition(slots, phase)
  const containersReady = readyCondition('ContainersReady', slots, phase)
  const found: PodCondition[] = [
    { type: 'PodReadyToStartContainers', status: facts.ip && !over ? 'True' : 'False' },
    initialized,
    gated(pod, containersReady, before),
    containersReady,
  ]
  const dated = found.map((condition): PodCondition => {
    const old = before.find((c) => c.type === condition.type)
    return {
      ...condition,
      lastTransitionTime: old?.status === condition.status ? (old.lastTransitionTime ?? now) : now,
    }
  })
  return [...dated, ...others]
}

function initializedCondition(slots: readonly Slot[], phase: Phase): PodCondition {
  const incomplete = slots.filter((s) =>
    s.kind === 'init' ? endOf(s)?.exitCode !== 0 : s.kind === 'sidecar' && !s.status.started && !endOf(s),
  )
  if (phase === 'Succeeded') return { type: 'Initialized', status: 'True', reason: 'PodCompleted' }
  if (incomplete.length === 0) return { type: 'Initialized', status: 'True' }
  const names = incomplete.map((s) => s.status.name).join(' ')
  return {
    type: 'Initialized',
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${names}]`,
  }
}

function readyCondition(type: string, slots: readonly Slot[], phase: Phase): PodCondition {
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' }
  const unready = slots.filter((s) => s.kind !== 'init' && !s.status.ready)
  if (unready.length === 0) return { type, status: 'True' }
  const names = unready.map((s) => s.status.name).join(' ')
  return {
    type,
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${names}]`,
  }
}

/** Ready is ContainersReady and every readiness gate. */
function gated(pod: PlacedPod, containersReady: PodCondition, before: readonly PodCondition[]): PodCondition {
  if (containersReady.status !== 'True') return { ...containersReady, type: 'Ready' }
  const closed = (pod.spec.readinessGates ?? []).filter(
    (gate) => !before.some((c) => c.type === gate.conditionType && c.status === 'True'),
  )
  if (closed.length === 0) return { type: 'Ready', status: 'True' }
  const message = closed
    .map(
      (gate) =>
        `corresponding condition of pod readiness gate "${gate.conditionType}" does not exist or is not "True".`,
    )
    .join(', ')
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message }
}
