/** The names of a StatefulSet's pods and claims. Pure. */
import type { Pod, StatefulSet } from '@orlop/kube'

export const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name'
export const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index'
export const REVISION_LABEL = 'controller-revision-hash'

export const podName = (set: StatefulSet, ordinal: number): string => `${set.metadata.name}-${ordinal}`

export const claimName = (template: string, set: StatefulSet, ordinal: number): string =>
  `${template}-${podName(set, ordinal)}`

/** The ordinal in a pod's name, or undefined where the name is not one that `set` gives. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`
  const { name } = pod.metadata
  if (!name.startsWith(prefix)) return undefined
  const digits = name.slice(prefix.length)
  return /^(0|[1-9][0-9]*)$/.test(digits) ? Number(digits) : undefined
}

export const firstOrdinal = (set: StatefulSet): number => set.spec?.ordinals?.start ?? 0
export const replicasOf = (set: StatefulSet): number => set.spec?.replicas ?? 1
export const isParallel = (set: StatefulSet): boolean => set.spec?.podManagementPolicy === 'Parallel'
export const isOnDelete = (set: StatefulSet): boolean => set.spec?.updateStrategy?.type === 'OnDelete'
export const partitionOf = (set: StatefulSet): number =>
  set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0

/** Pods below it are made from the current revision, the rest from the update revision (newVersionedStatefulSetPod). */
export function firstUpdatedOrdinal(set: StatefulSet): number {
  return isOnDelete(set) ? firstOrdinal(set) : firstOrdinal(set) + partitionOf(set)
}
