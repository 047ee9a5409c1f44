import {
  type ApiObject,
  ensureObject,
  isObject,
  type JsonObject,
  objectAt,
  objectsAt,
  setDefault,
} from '../object.ts'
import {
  autoscalerFromV1,
  autoscalerToV1,
  cpuShare,
  defaultCpuShare,
  shownStatus,
} from './autoscaler-versions.ts'

/** pkg/apis/autoscaling/v2/defaults.go */
export function defaultAutoscaler(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  setDefault(spec, 'minReplicas', 1)
  if (objectsAt(spec, 'metrics').length === 0) spec.metrics = [cpuShare(defaultCpuShare)]
  const status = objectAt(object, 'status')
  if (status !== undefined) object.status = shownStatus(status)
  const behavior = objectAt(spec, 'behavior')
  if (behavior === undefined) return
  behavior.scaleUp = { ...scaleUp(), ...rulesOf(behavior.scaleUp) }
  behavior.scaleDown = { ...scaleDown(), ...rulesOf(behavior.scaleDown) }
}

const scaleUp = (): JsonObject => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
})
/** Without a window: the controller has one of its own. */
const scaleDown = (): JsonObject => ({
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
})

/** A tolerance of one's own is a gate that is off. */
function rulesOf(rules: unknown): JsonObject {
  const { tolerance: _, ...known } = isObject(rules) ? rules : {}
  return known
}

/** The same of an object of autoscaling/v1. */
export function defaultAutoscalerV1(object: ApiObject): void {
  const hub = autoscalerFromV1(object)
  defaultAutoscaler(hub)
  const { spec, metadata } = autoscalerToV1(hub)
  object.spec = spec
  if (metadata.annotations === undefined) delete object.metadata.annotations
  else object.metadata.annotations = metadata.annotations
}
