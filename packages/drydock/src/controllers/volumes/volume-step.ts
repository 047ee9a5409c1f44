/** The next step for one PersistentVolume. Pure. */
import { hasFinalizer, type PersistentVolume, type PersistentVolumeClaim } from '@orlop/kube'
import { PROVISIONED_BY, PROVISIONER, VOLUME_PROTECTION } from './names.ts'

export type VolumeStep =
  | { readonly kind: 'phase'; readonly phase: 'Available' | 'Bound' | 'Released' }
  /** Delete the data, then the volume: only after a live look at the claim. */
  | { readonly kind: 'reclaim' }
  | { readonly kind: 'unprotect' }

/** @param claim the claim of the name in claimRef, whatever its uid */
export function volumeStep(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim | undefined,
): VolumeStep | undefined {
  const phase = phaseOf(volume, claim)
  const deleting = volume.metadata.deletionTimestamp !== undefined
  if (deleting && phase !== 'Bound') {
    return hasFinalizer(volume, VOLUME_PROTECTION) ? { kind: 'unprotect' } : undefined
  }
  if (volume.status?.phase !== phase) return { kind: 'phase', phase }
  const { spec, metadata } = volume
  const ours = metadata.annotations?.[PROVISIONED_BY] === PROVISIONER
  const reclaims = phase === 'Released' && spec?.persistentVolumeReclaimPolicy === 'Delete' && ours
  return reclaims ? { kind: 'reclaim' } : undefined
}

function phaseOf(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim | undefined,
): 'Available' | 'Bound' | 'Released' {
  const reference = volume.spec?.claimRef
  // Without a uid a person set it aside for a claim that may yet come.
  if (reference?.uid === undefined) return 'Available'
  return claim?.metadata.uid === reference.uid ? 'Bound' : 'Released'
}
