import { type JsonObject, objectsAt } from '../object.ts'
import { qosClass } from './pod-spec.ts'

/** What the status of a pod is when it is made. */
export function pendingStatus(spec: JsonObject): JsonObject {
  const isGated = objectsAt(spec, 'schedulingGates').length > 0
  return {
    phase: 'Pending',
    ...(isGated ? { conditions: [gated] } : {}),
    qosClass: qosClass(spec),
  }
}

/** `applySchedulingGatedCondition` of pkg/registry/core/pod/strategy.go. */
const gated: JsonObject = {
  type: 'PodScheduled',
  status: 'False',
  lastProbeTime: null,
  lastTransitionTime: null,
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
}
