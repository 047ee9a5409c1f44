import { type ApiObject, isObject, type JsonObject, objectAt, objectsAt, sameJson } from '../object.ts'
import { forbidden } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { validatePodSpec } from './pod-spec.ts'

export function validatePod(object: ApiObject): Cause[] {
  return validatePodSpec(objectAt(object, 'spec') ?? {}, 'spec')
}

/** Of a pod that exists only the images, the deadline and more tolerations can change, and gates can be lifted. */
export function validatePodUpdate(object: ApiObject, old: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const oldSpec = objectAt(old, 'spec') ?? {}
  const causes: Cause[] = []
  const added = objectsAt(spec, 'tolerations')
  const dropped = objectsAt(oldSpec, 'tolerations').some(
    (one) => !added.some((other) => sameJson(one, other)),
  )
  if (dropped) {
    causes.push(
      forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'),
    )
  }
  if (!sameJson(fixed(spec), fixed(oldSpec))) {
    causes.push(
      forbidden(
        'spec',
        'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      ),
    )
  }
  return causes
}

function fixed(spec: JsonObject): JsonObject {
  const { activeDeadlineSeconds: _a, tolerations: _t, schedulingGates: _g, ...rest } = spec
  for (const list of ['containers', 'initContainers']) {
    const containers = rest[list]
    if (Array.isArray(containers))
      rest[list] = containers.map((one) => (isObject(one) ? { ...one, image: '' } : one))
  }
  return rest
}
