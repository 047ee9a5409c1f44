/** The names and marks that claims, volumes and the scheduler use with each other. */
import type { PersistentVolumeClaim, Pod, StorageClass } from '@orlop/kube'

export const PROVISIONER = 'orlop.dev/local'
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'
export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection'
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection'
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class'

/** The claims a pod mounts, generic ephemeral volumes included (`<pod>-<volume>`). */
export function claimNamesOf(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName]
    return volume.ephemeral === undefined ? [] : [`${pod.metadata.name}-${volume.name}`]
  })
}

/** The name is derived from the claim, so that provisioning twice makes one volume. */
export const volumeNameFor = (claim: PersistentVolumeClaim): string => `pvc-${claim.metadata.uid}`

export function isDefaultClass(storageClass: StorageClass): boolean {
  return storageClass.metadata.annotations?.[IS_DEFAULT] === 'true'
}

/** What every drydock has: volumes that grow and go with their claim, and volumes that do neither. */
export const STORAGE_CLASSES: readonly StorageClass[] = [
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { [IS_DEFAULT]: 'true' } },
    provisioner: PROVISIONER,
    reclaimPolicy: 'Delete',
    allowVolumeExpansion: true,
    volumeBindingMode: 'WaitForFirstConsumer',
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'fixed' },
    provisioner: PROVISIONER,
    reclaimPolicy: 'Retain',
    allowVolumeExpansion: false,
    volumeBindingMode: 'WaitForFirstConsumer',
  },
]
