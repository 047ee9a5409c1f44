/**
 * persistentVolumeClaimRetentionPolicy: who owns a claim, hence with whom the garbage collector takes it.
 * Pure. The table is that of updateClaimOwnerRefForSetAndPod (pkg/controller/statefulset/stateful_set_utils.go).
 */
import { isDeepStrictEqual } from 'node:util'
import type { OwnerReference, PersistentVolumeClaim, Pod, StatefulSet } from '@orlop/kube'

/**
 * The references a claim should carry.
 * @param condemned the claim's pod where it is to be scaled away, undefined where it stays
 */
export function retentionOwners(set: StatefulSet, condemned: Pod | undefined): OwnerReference[] {
  const policy = set.spec?.persistentVolumeClaimRetentionPolicy
  const goesWithPod = condemned !== undefined && policy?.whenScaled === 'Delete'
  if (goesWithPod) return [reference('v1', condemned)]
  return policy?.whenDeleted === 'Delete' ? [reference('apps/v1', set)] : []
}

/** All references of `claim` as they should be, or undefined where they are already: those of others stay. */
export function repairedOwners(
  claim: PersistentVolumeClaim,
  set: StatefulSet,
  condemned: Pod | undefined,
): OwnerReference[] | undefined {
  const present = claim.metadata.ownerReferences ?? []
  // Beside another controller there is no room for one of ours.
  const taken = present.some((owner) => owner.controller === true && !isOurs(owner, set))
  const wanted = taken ? [] : retentionOwners(set, condemned)
  const ours = present.filter((owner) => isOurs(owner, set))
  const same = ours.length === wanted.length && wanted.every((w) => ours.some((o) => isDeepStrictEqual(o, w)))
  return same ? undefined : [...present.filter((owner) => !isOurs(owner, set)), ...wanted]
}

/**
 * A claim that is going, or that belongs to a pod that is no longer, must be gone before its ordinal returns:
 * otherwise the new pod would mount a volume about to be removed under it.
 */
export function isLeaving(claim: PersistentVolumeClaim, pod: Pod | undefined): boolean {
  if (claim.metadata.deletionTimestamp !== undefined) return true
  return (claim.metadata.ownerReferences ?? []).some(
    (owner) => owner.kind === 'Pod' && owner.uid !== pod?.metadata.uid,
  )
}

function isOurs(owner: OwnerReference, set: StatefulSet): boolean {
  if (owner.kind === 'StatefulSet') return owner.uid === set.metadata.uid
  return owner.kind === 'Pod' && owner.name.startsWith(`${set.metadata.name}-`)
}

function reference(apiVersion: string, object: StatefulSet | Pod): OwnerReference {
  const { name, uid = '' } = object.metadata
  return { apiVersion, kind: object.kind, name, uid, controller: true, blockOwnerDeletion: true }
}
