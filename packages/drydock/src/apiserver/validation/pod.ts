import {
  type ApiObject,
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsAt,
  sameJson,
} from '../object.ts'
import { forbidden, invalid } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { validatePodSpec } from './pod-spec.ts'

export function validatePod(object: ApiObject): Cause[] {
  return validatePodSpec(objectAt(object, 'spec') ?? {}, 'spec')
}

/** Of a pod that exists only the images, the deadline and more tolerations can change, and gates can be lifted. */
export function validatePodUpdate(object: ApiObject, old: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const oldSpec = objectAt(old, 'spec') ?? {}
  for (const list of ['containers', 'initContainers']) {
    if (objectsAt(spec, list).length !== objectsAt(oldSpec, list).length)
      return [forbidden(`spec.${list}`, 'pod updates may not add or remove containers')]
  }
  const late = validateDeadline(spec, oldSpec)
  if (late !== undefined) return [late]
  const causes = [...validateAddedTolerations(spec, oldSpec), ...validateLiftedGates(spec, oldSpec)]
  if (spec.activeDeadlineSeconds === undefined && oldSpec.activeDeadlineSeconds !== undefined) {
    const why = 'must not update from a positive integer to nil value'
    causes.unshift(invalid('spec.activeDeadlineSeconds', null, why))
  }
  if (sameJson(fixed(spec), fixed(oldSpec))) return causes
  const rule =
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
  return [...causes, forbidden('spec', rule)]
}

function validateDeadline(spec: JsonObject, oldSpec: JsonObject): Cause | undefined {
  const field = 'spec.activeDeadlineSeconds'
  const now = numberAt(spec, 'activeDeadlineSeconds') ?? 0
  const before = numberAt(oldSpec, 'activeDeadlineSeconds') ?? now
  if (now < 0) return invalid(field, now, 'must be between 0 and 2147483647, inclusive')
  return before < now ? invalid(field, now, 'must be less than or equal to previous value') : undefined
}

function validateAddedTolerations(spec: JsonObject, oldSpec: JsonObject): Cause[] {
  const untimed = ({ tolerationSeconds: _, ...rest }: JsonObject) => rest
  const now = objectsAt(spec, 'tolerations').map(untimed)
  const kept = objectsAt(oldSpec, 'tolerations').every((one) =>
    now.some((other) => sameJson(untimed(one), other)),
  )
  const why = 'existing toleration can not be modified except its tolerationSeconds'
  return kept ? [] : [forbidden('spec.tolerations', why)]
}

function validateLiftedGates(spec: JsonObject, oldSpec: JsonObject): Cause[] {
  const before = objectsAt(oldSpec, 'schedulingGates').map(({ name }) => name)
  const added = objectsAt(spec, 'schedulingGates').flatMap(({ name }) =>
    before.includes(name) ? [] : [name],
  )
  return added.map((name) =>
    forbidden(
      'spec.schedulingGates',
      `only deletion is allowed, but found new scheduling gate '${String(name)}'`,
    ),
  )
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
