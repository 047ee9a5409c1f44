/**
 * How a Deployment that is scaled while it rolls shares the difference among its ReplicaSets: in proportion to what they have, so
 * that scaling neither hurries a roll-out that may be bad nor turns it back. Pure; after `scale` of pkg/controller/deployment/sync.go.
 */
import type { Deployment, ReplicaSet } from '@orlop/kube'

/** How many pods were asked for, and how many there could be at most, when the set was last sized. */
export const DESIRED = 'deployment.kubernetes.io/desired-replicas'
export const MOST = 'deployment.kubernetes.io/max-replicas'

export function sizeAnnotations(deployment: Deployment, maxSurge: number): Record<string, string> {
  const wanted = deployment.spec?.replicas ?? 1
  return { [DESIRED]: String(wanted), [MOST]: String(wanted + maxSurge) }
}

/** Whether it was scaled since its sets were sized. */
export function isScaling(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  const wanted = deployment.spec?.replicas ?? 1
  return sets.some((set) => {
    const desired = set.metadata.annotations?.[DESIRED]
    return sizeOf(set) > 0 && desired !== undefined && Number(desired) !== wanted
  })
}

/** The sets with pods, each with the size it is to have. */
export function proportionalSizes(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  maxSurge: number,
): Map<ReplicaSet, number> {
  const wanted = deployment.spec?.replicas ?? 1
  const most = wanted > 0 ? wanted + maxSurge : 0
  const active = sets.filter((set) => sizeOf(set) > 0)
  const toAdd = most - active.reduce((sum, set) => sum + sizeOf(set), 0)
  // The larger first; of equals the newer is added to, the older is taken from.
  const age = (set: ReplicaSet): number => Date.parse(set.metadata.creationTimestamp ?? '') || 0
  const sorted = active.toSorted(
    (a, b) => sizeOf(b) - sizeOf(a) || (toAdd > 0 ? age(b) - age(a) : age(a) - age(b)),
  )
  const sizes = new Map<ReplicaSet, number>()
  let added = 0
  for (const set of sorted) {
    const left = toAdd - added
    const share = fraction(deployment, set, wanted, most)
    const part = toAdd === 0 ? 0 : toAdd > 0 ? Math.min(share, left) : Math.max(share, left)
    sizes.set(set, sizeOf(set) + part)
    added += part
  }
  const [largest] = sorted
  if (largest !== undefined) {
    sizes.set(largest, Math.max(0, (sizes.get(largest) ?? 0) + toAdd - added))
  }
  return sizes
}

/** By how many pods the set would grow in step with the whole; negative where it shrinks. */
function fraction({ status }: Deployment, set: ReplicaSet, wanted: number, most: number): number {
  if (wanted === 0) return -sizeOf(set)
  const before = Number(set.metadata.annotations?.[MOST]) || (status?.replicas ?? 0)
  return before === 0 ? 0 : Math.round((sizeOf(set) * most) / before) - sizeOf(set)
}

const sizeOf = (set: ReplicaSet): number => set.spec?.replicas ?? 0
