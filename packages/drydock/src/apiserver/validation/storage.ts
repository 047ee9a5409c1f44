import type { Api } from '../api.ts'
import { type ApiObject, type JsonObject, objectAt, sameJson, stringAt, stringsAt } from '../object.ts'
import { parseQuantity } from '../quantity.ts'
import { forbidden, invalid, notSupported, required } from '../schema/field-error.ts'
import { type Cause, forbidden as refused } from '../status.ts'

const claims = { group: '', plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' }
const accessModes = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']

export function validateClaim(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const modes = stringsAt(spec, 'accessModes')
  const size = stringAt(spec, 'resources', 'requests', 'storage')
  const field = 'spec.resources[storage]'
  return [
    ...(modes.length === 0 ? [required('spec.accessModes', 'at least 1 access mode is required')] : []),
    ...modes
      .filter((mode) => !accessModes.includes(mode))
      .map((mode) => notSupported('spec.accessModes', mode, accessModes)),
    ...(size === undefined ? [required(field)] : []),
    ...(size !== undefined && (parseQuantity(size) ?? 0n) <= 0n
      ? [invalid(field, size, 'must be greater than zero')]
      : []),
  ]
}

/** A claim stays as it is, but for more room where its class can give it. */
export function validateClaimUpdate(object: ApiObject, old: ApiObject, api: Api): Cause[] {
  const bound = stringAt(old, 'status', 'phase') === 'Bound'
  const before = sizeOf(old)
  const after = sizeOf(object)
  if (!sameJson(comparable(object, old, bound), comparable(old, old, bound))) {
    const rule =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
    return [forbidden('spec', rule)]
  }
  if (after === before) return []
  if (after < before) {
    const capacity = parseQuantity(stringAt(old, 'status', 'capacity', 'storage')) ?? before
    if (after > capacity) return []
    return [forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')]
  }
  checkGrowth(object, api)
  return []
}

function sizeOf(object: ApiObject): bigint {
  return parseQuantity(stringAt(object, 'spec', 'resources', 'requests', 'storage')) ?? 0n
}

/** The spec without what may change: the volume may be filled in once, the size may change when there is a volume. */
function comparable(object: ApiObject, old: ApiObject, bound: boolean): JsonObject {
  const { volumeName, resources, ...rest } = objectAt(object, 'spec') ?? {}
  const kept = stringAt(old, 'spec', 'volumeName') ? { volumeName } : {}
  // A claim made before there was a default class may still get one.
  if (stringAt(old, 'spec', 'storageClassName') === undefined) delete rest.storageClassName
  delete rest.volumeAttributesClassName
  return bound ? { ...rest, ...kept } : { ...rest, ...kept, resources }
}

/** The admission plugin PersistentVolumeClaimResize. Throws Forbidden. */
function checkGrowth(object: ApiObject, api: Api): void {
  const className = stringAt(object, 'spec', 'storageClassName')
  const storageClass =
    className === undefined ? undefined : api.storage.get('storage.k8s.io/storageclasses', '', className)
  if (storageClass?.object.allowVolumeExpansion === true) return
  throw refused(
    claims,
    object.metadata.name,
    'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  )
}

export function validateVolume(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  return [
    ...(stringAt(spec, 'capacity', 'storage') === undefined ? [required('spec.capacity')] : []),
    ...(stringsAt(spec, 'accessModes').length === 0 ? [required('spec.accessModes')] : []),
  ]
}

export function validateStorageClass(object: ApiObject): Cause[] {
  return stringAt(object, 'provisioner') ? [] : [required('provisioner')]
}

export function validateStorageClassUpdate(object: ApiObject, old: ApiObject): Cause[] {
  const causes: Cause[] = []
  for (const field of ['parameters', 'provisioner', 'reclaimPolicy']) {
    if (!sameJson(object[field] ?? {}, old[field] ?? {}))
      causes.push(forbidden(field, `updates to ${field} are forbidden.`))
  }
  if (object.volumeBindingMode !== old.volumeBindingMode) {
    causes.push(invalid('volumeBindingMode', object.volumeBindingMode, 'field is immutable'))
  }
  return causes
}
