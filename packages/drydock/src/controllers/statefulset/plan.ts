/**
 * What a StatefulSet needs next. Pure; the order of steps is that of updateStatefulSet
 * (kubernetes pkg/controller/statefulset/stateful_set_control.go), which users' scripts rely on.
 */
import type { OwnerReference, PersistentVolumeClaim, Pod } from '@orlop/kube'
import { isFinished, isRunningAndReady, isTerminating, untilAvailable } from '../pod-state.ts'
import type { StatefulSetStatus } from '../wire.ts'
import type { Observed } from './observed.ts'
import {
  claimName,
  firstOrdinal,
  firstUpdatedOrdinal,
  isOnDelete,
  isParallel,
  ordinalOf,
  podName,
  REVISION_LABEL,
  replicasOf,
} from './ordinal.ts'
import { identityLabels, newClaims, newPod } from './pod.ts'
import { isLeaving, repairedOwners } from './retention.ts'
import { statusOf } from './status.ts'

export type Action =
  | { readonly kind: 'createClaim'; readonly claim: PersistentVolumeClaim; readonly pod: string }
  | { readonly kind: 'ownClaim'; readonly claim: PersistentVolumeClaim; readonly owners: OwnerReference[] }
  | { readonly kind: 'createPod'; readonly pod: Pod }
  | { readonly kind: 'labelPod'; readonly pod: Pod; readonly labels: Record<string, string> }
  | { readonly kind: 'deletePod'; readonly pod: Pod; readonly why: 'Finished' | 'ScaledIn' | 'Outdated' }

export interface Plan {
  readonly actions: readonly Action[]
  readonly status: StatefulSetStatus
  /** ms after which to look again although nothing changed: a pod becomes available then. */
  readonly again?: number
}

interface Slot {
  readonly ordinal: number
  readonly pod: Pod | undefined
}

export function plan(observed: Observed): Plan {
  const status = statusOf(observed)
  const again = nextAvailable(observed)
  const actions = observed.set.metadata.deletionTimestamp === undefined ? steps(observed) : []
  return { actions, status, ...(again === undefined ? {} : { again }) }
}

function steps(observed: Observed): Action[] {
  const { set } = observed
  const slots = wantedSlots(observed)
  const condemned = condemnedPods(observed)
  const actions = claimOwners(observed, slots, condemned)

  for (const slot of slots) {
    const step = fill(observed, slot)
    actions.push(...step.actions)
    if (step.wait && !isParallel(set)) return actions
  }
  for (const pod of condemned) {
    const step = condemn(observed, pod, slots, condemned)
    actions.push(...step.actions)
    if (step.wait && !isParallel(set)) return actions
  }
  const outdated = nextOutdated(observed, slots)
  if (outdated !== undefined) actions.push({ kind: 'deletePod', pod: outdated, why: 'Outdated' })
  return actions
}

interface Step {
  readonly actions: readonly Action[]
  /** In order, nothing after this one may happen yet. */
  readonly wait: boolean
}

function fill(observed: Observed, { ordinal, pod }: Slot): Step {
  const { set, claims, current, update } = observed
  const missing = newClaims(set, ordinal).filter((claim) => !claims.has(claim.metadata.name))
  const createMissing = missing.map(
    (claim): Action => ({ kind: 'createClaim', claim, pod: podName(set, ordinal) }),
  )
  if (pod === undefined) {
    const present = claimsOf(observed, ordinal)
    if (present.some((claim) => isLeaving(claim, undefined))) return { actions: [], wait: true }
    const revision = ordinal < firstUpdatedOrdinal(set) ? current : update
    const created = newPod(set, revision.template, revision.name, ordinal)
    return { actions: [...createMissing, { kind: 'createPod', pod: created }], wait: true }
  }
  if (isTerminating(pod)) return { actions: [], wait: true }
  if (isFinished(pod)) return { actions: [{ kind: 'deletePod', pod, why: 'Finished' }], wait: true }
  const actions: Action[] = pod.status?.phase === 'Running' ? [] : createMissing
  const labels = identityLabels(set, ordinal)
  const wrong = Object.entries(labels).some(([key, value]) => pod.metadata.labels?.[key] !== value)
  if (wrong) actions.push({ kind: 'labelPod', pod, labels })
  return { actions, wait: !isAvailable(observed, pod) }
}

function condemn(observed: Observed, pod: Pod, slots: readonly Slot[], condemned: readonly Pod[]): Step {
  if (isTerminating(pod)) return { actions: [], wait: true }
  // One unhealthy pod must not block the way in; of several, only the lowest may go before the others recover.
  const unhealthy = [...slots.map((slot) => slot.pod), ...condemned.toReversed()].find(
    (p) => p !== undefined && !isHealthy(p),
  )
  if (!isAvailable(observed, pod) && pod !== unhealthy && !isParallel(observed.set)) {
    return { actions: [], wait: true }
  }
  return { actions: [{ kind: 'deletePod', pod, why: 'ScaledIn' }], wait: true }
}

/** From the highest ordinal down, one at a time, never past a pod that is not healthy. */
function nextOutdated({ set, update }: Observed, slots: readonly Slot[]): Pod | undefined {
  if (isOnDelete(set)) return undefined
  for (const { ordinal, pod } of slots.toReversed()) {
    if (ordinal < firstUpdatedOrdinal(set) || pod === undefined) return undefined
    const outdated = pod.metadata.labels?.[REVISION_LABEL] !== update.name
    if (outdated && !isTerminating(pod)) return isFinished(pod) ? undefined : pod
    if (!isHealthy(pod)) return undefined
  }
  return undefined
}

function claimOwners(observed: Observed, slots: readonly Slot[], condemned: readonly Pod[]): Action[] {
  const { set } = observed
  const repair = (ordinal: number, pod: Pod | undefined): Action[] =>
    claimsOf(observed, ordinal).flatMap((claim): Action[] => {
      const owners = repairedOwners(claim, set, pod)
      return owners === undefined ? [] : [{ kind: 'ownClaim', claim, owners }]
    })
  return [
    ...slots.flatMap(({ ordinal, pod }) => (pod === undefined ? [] : repair(ordinal, undefined))),
    ...condemned.flatMap((pod) => repair(ordinalOf(set, pod) ?? -1, pod)),
  ]
}

function claimsOf({ set, claims }: Observed, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).flatMap((template) => {
    const claim = claims.get(claimName(template.metadata?.name ?? '', set, ordinal))
    return claim === undefined ? [] : [claim]
  })
}

function wantedSlots({ set, pods }: Observed): Slot[] {
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]))
  return Array.from({ length: replicasOf(set) }, (_, index) => {
    const ordinal = firstOrdinal(set) + index
    return { ordinal, pod: byOrdinal.get(ordinal) }
  })
}

/** Highest ordinal first. */
function condemnedPods({ set, pods }: Observed): Pod[] {
  const [first, end] = [firstOrdinal(set), firstOrdinal(set) + replicasOf(set)]
  return pods
    .map((pod) => ({ pod, ordinal: ordinalOf(set, pod) ?? -1 }))
    .filter(({ ordinal }) => ordinal < first || ordinal >= end)
    .sort((a, b) => b.ordinal - a.ordinal)
    .map(({ pod }) => pod)
}

const isHealthy = (pod: Pod): boolean => isRunningAndReady(pod) && !isTerminating(pod)

function isAvailable({ set, now }: Observed, pod: Pod): boolean {
  return isRunningAndReady(pod) && untilAvailable(pod, set.spec?.minReadySeconds ?? 0, now) === 0
}

function nextAvailable({ set, pods, now }: Observed): number | undefined {
  const waits = pods
    .filter((pod) => !isTerminating(pod))
    .map((pod) => untilAvailable(pod, set.spec?.minReadySeconds ?? 0, now) ?? 0)
    .filter((ms) => ms > 0)
  return waits.length > 0 ? Math.min(...waits) : undefined
}
