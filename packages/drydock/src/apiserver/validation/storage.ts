import type { Api } from '../api.ts'
import { type ApiObject, type JsonObject, objectAt, sameJson, stringAt, stringsAt } from '../object.ts'
import { parseQuantity } from '../quantity.ts'
import { forbidden, invalid, notSupported, required } from '../schema/field-error.ts'
import { type Cause, forbidden as refused } from '../status.ts'
import { dnsSubdomain, qualifiedName } from './names.ts'
import { oneOf } from './one-of.ts'
import { noWayUp } from './paths.ts'
import { validateNodeSelector } from './placement.ts'
import { validateSelector } from './selector.ts'

const claims = { group: '', plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' }
const accessModes = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']
const volumeModes = ['Block', 'Filesystem']

export function validateClaim(object: ApiObject): Cause[] {
  return validateClaimSpec(objectAt(object, 'spec') ?? {}, 'spec')
}

/** `ValidatePersistentVolumeClaimSpec`, of a claim or of a template of one. */
export function validateClaimSpec(spec: JsonObject, at: string): Cause[] {
  const modes = stringsAt(spec, 'accessModes')
  const size = stringAt(spec, 'resources', 'requests', 'storage')
  const field = `${at}.resources[storage]`
  const className = stringAt(spec, 'storageClassName') ?? ''
  return [
    ...(modes.length === 0 ? [required(`${at}.accessModes`, 'at least 1 access mode is required')] : []),
    ...validateSelector(objectAt(spec, 'selector') ?? {}, `${at}.selector`),
    ...validateModes(modes, `${at}.accessModes`),
    ...(size === undefined ? [required(field)] : validateSize(size, field)),
    ...(className === ''
      ? []
      : dnsSubdomain(className).map((why) => invalid(`${at}.storageClassName`, className, why))),
    ...(spec.volumeMode === undefined ? [] : oneOf(spec.volumeMode, volumeModes, `${at}.volumeMode`)),
  ]
}

function validateModes(modes: readonly string[], field: string): Cause[] {
  const alone = modes.includes('ReadWriteOncePod') && modes.length > 1
  // Sorted, as no other list of values is.
  const sorted = [...accessModes].sort()
  return [
    ...modes.filter((mode) => !accessModes.includes(mode)).map((mode) => notSupported(field, mode, sorted)),
    ...(alone ? [forbidden(field, 'may not use ReadWriteOncePod with other access modes')] : []),
  ]
}

function validateSize(size: string, field: string): Cause[] {
  const number = parseQuantity(size) ?? 0n
  return number > 0n ? [] : [invalid(field, size, 'must be greater than zero')]
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

const reclaimPolicies = ['Delete', 'Recycle', 'Retain']
/** Fields of a volume's spec that are not where its data is. */
const notSources = new Set([
  'capacity',
  'accessModes',
  'claimRef',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'mountOptions',
  'volumeMode',
  'nodeAffinity',
  'volumeAttributesClassName',
])

/** `ValidatePersistentVolumeSpec`. */
export function validateVolume(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const modes = stringsAt(spec, 'accessModes')
  const capacity = objectAt(spec, 'capacity')
  const [source, ...more] = sourcesOf(spec)
  const affinity = objectAt(spec, 'nodeAffinity', 'required')
  const path = stringAt(spec, 'hostPath', 'path') ?? ''
  const className = stringAt(spec, 'storageClassName') ?? ''
  const policy = spec.persistentVolumeReclaimPolicy
  return [
    ...(modes.length === 0 ? [required('spec.accessModes')] : validateModes(modes, 'spec.accessModes')),
    ...validateCapacity(capacity),
    ...(policy === undefined ? [] : oneOf(policy, reclaimPolicies, 'spec.persistentVolumeReclaimPolicy')),
    ...(affinity === undefined ? [] : validateNodeSelector(affinity, 'spec.nodeAffinity.required')),
    ...noWayUp(path, 'spec.hostPath.path'),
    ...(source === undefined ? [required('spec', 'must specify a volume type')] : []),
    ...more.map((extra) => forbidden(`spec.${extra}`, 'may not specify more than 1 volume type')),
    ...(source === 'local' && affinity === undefined
      ? [required('spec.nodeAffinity', 'Local volume requires node affinity')]
      : []),
    ...(path === '/' && policy === 'Recycle'
      ? [forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")]
      : []),
    ...(className === ''
      ? []
      : dnsSubdomain(className).map((why) => invalid('spec.storageClassName', className, why))),
    ...(spec.volumeMode === undefined ? [] : oneOf(spec.volumeMode, volumeModes, 'spec.volumeMode')),
  ]
}

function sourcesOf(spec: JsonObject): string[] {
  return Object.keys(spec).filter((key) => !notSources.has(key))
}

function validateCapacity(capacity: JsonObject | undefined): Cause[] {
  const sizes = Object.entries(capacity ?? {})
  const alone = sizes.length === 1 && capacity?.storage !== undefined
  return [
    ...(sizes.length === 0 ? [required('spec.capacity')] : []),
    ...(alone ? [] : [notSupported('spec.capacity', capacity ?? null, ['storage'])]),
    ...sizes.flatMap(([name, size]) => validateSize(String(size), `spec.capacity[${name}]`)),
  ]
}

/** Where the data is stays. */
export function validateVolumeUpdate(object: ApiObject, old: ApiObject): Cause[] {
  const sources = ({ spec }: ApiObject) =>
    Object.fromEntries(
      Object.entries(objectAt({ spec }, 'spec') ?? {}).filter(([key]) => !notSources.has(key)),
    )
  const mode = objectAt(object, 'spec')?.volumeMode
  return [
    ...(sameJson(sources(object), sources(old))
      ? []
      : [
          forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'),
        ]),
    ...(mode === objectAt(old, 'spec')?.volumeMode
      ? []
      : [invalid('spec.volumeMode', mode, 'field is immutable')]),
  ]
}

export function validateStorageClass(object: ApiObject): Cause[] {
  const provisioner = stringAt(object, 'provisioner') ?? ''
  const { reclaimPolicy = '', volumeBindingMode = '' } = object
  return [
    ...(provisioner === ''
      ? [required('provisioner')]
      : qualifiedName(provisioner.toLowerCase()).map((why) => invalid('provisioner', provisioner, why))),
    ...(reclaimPolicy === '' ? [] : oneOf(reclaimPolicy, ['Delete', 'Retain'], 'reclaimPolicy')),
    ...oneOf(volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'], 'volumeBindingMode'),
  ]
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
