/** What a StatefulSet's status says of its pods. Pure. */
import type { Pod } from '@orlop/kube'
import { isRunningAndReady, isTerminating, untilAvailable } from '../pod-state.ts'
import type { StatefulSetStatus } from '../wire.ts'
import { withoutZeros } from '../workloads/counts.ts'
import type { Observed } from './observed.ts'
import { isOnDelete, REVISION_LABEL, replicasOf } from './ordinal.ts'

export function statusOf({ set, pods, current, update, now }: Observed): StatefulSetStatus {
  const collisionCount = set.status?.collisionCount ?? 0
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  const ready = pods.filter(isRunningAndReady)
  const status = {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => untilAvailable(pod, minReadySeconds, now) === 0).length,
    currentReplicas: ofRevision(pods, current.name),
    updatedReplicas: ofRevision(pods, update.name),
    currentRevision: current.name,
    updateRevision: update.name,
  }
  const wanted = replicasOf(set)
  const { replicas, updatedReplicas, readyReplicas, availableReplicas } = status
  const done = replicas === wanted && updatedReplicas === wanted && readyReplicas === wanted
  const finished = done && !isOnDelete(set)
  const next = finished ? { ...status, currentReplicas: wanted, currentRevision: update.name } : status
  const conditions = set.status?.conditions
  return {
    ...withoutZeros(next),
    replicas,
    availableReplicas,
    collisionCount,
    ...(conditions ? { conditions } : {}),
  }
}

function ofRevision(pods: readonly Pod[], revision: string): number {
  return pods.filter((pod) => !isTerminating(pod) && pod.metadata.labels?.[REVISION_LABEL] === revision)
    .length
}
