/** Choosing a volume for a claim, or making one. Pure. */

import { join } from 'node:path'
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '@orlop/kube'
import { quantity } from '../quantity.ts'
import { matchesTerms } from '../scheduler/node-affinity.ts'
import { matchesSelector } from '../selector.ts'
import { PROVISIONED_BY, PROVISIONER, VOLUME_PROTECTION, volumeNameFor } from './names.ts'

/** The smallest free volume that will do; one that names the claim comes first. */
export function chooseVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  node: Node | undefined,
): PersistentVolume | undefined {
  const suitable = volumes.filter((volume) => suits(volume, claim, node))
  suitable.sort((a, b) => rank(a) - rank(b))
  return suitable[0]
}

function rank({ spec }: PersistentVolume): number {
  return spec?.claimRef === undefined ? quantity(spec?.capacity?.storage) : -1
}

function suits(volume: PersistentVolume, claim: PersistentVolumeClaim, node: Node | undefined): boolean {
  const { spec, metadata } = volume
  const wanted = claim.spec
  if (metadata.deletionTimestamp !== undefined || volume.status?.phase === 'Released') return false
  if (spec?.claimRef !== undefined) {
    const { name, namespace, uid } = spec.claimRef
    return name === claim.metadata.name && namespace === claim.metadata.namespace && uid === undefined
  }
  if ((spec?.storageClassName ?? '') !== (wanted?.storageClassName ?? '')) return false
  if ((spec?.volumeMode ?? 'Filesystem') !== (wanted?.volumeMode ?? 'Filesystem')) return false
  if (!(wanted?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode))) return false
  if (wanted?.selector !== undefined && !matchesSelector(metadata.labels, wanted.selector)) return false
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms
  if (node !== undefined && terms !== undefined && !matchesTerms(node, terms)) return false
  return quantity(spec?.capacity?.storage) >= quantity(wanted?.resources?.requests?.storage)
}

/** A folder of this machine, tied to the node that the scheduler chose, as a local disk would be. */
export function provisioned(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  node: string | undefined,
  folder: string,
): PersistentVolume {
  const name = volumeNameFor(claim)
  const { namespace = 'default', uid = '' } = claim.metadata
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { [PROVISIONED_BY]: PROVISIONER }, finalizers: [VOLUME_PROTECTION] },
    spec: {
      capacity: { storage: claim.spec?.resources?.requests?.storage ?? '1Gi' },
      accessModes: claim.spec?.accessModes ?? ['ReadWriteOnce'],
      volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
      storageClassName: storageClass.metadata.name,
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name: claim.metadata.name,
        uid,
      },
      hostPath: { path: join(folder, name), type: 'DirectoryOrCreate' },
      ...(node === undefined ? {} : { nodeAffinity: onNode(node) }),
    },
  }
}

function onNode(node: string): NonNullable<NonNullable<PersistentVolume['spec']>['nodeAffinity']> {
  const matchExpressions = [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }]
  return { required: { nodeSelectorTerms: [{ matchExpressions }] } }
}
