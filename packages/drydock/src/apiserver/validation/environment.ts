import { type JsonObject, objectAt, objectsAt, stringAt } from '../object.ts'
import { invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { dataKey, dnsSubdomain, qualifiedName } from './names.ts'

/** The environment of a container, of single variables and of whole ConfigMaps and Secrets. */
export function validateEnvironment(container: JsonObject, path: string): Cause[] {
  return [
    ...objectsAt(container, 'env').flatMap((one, index) => validateVariable(one, `${path}.env[${index}]`)),
    ...objectsAt(container, 'envFrom').flatMap((one, index) => validateSource(one, `${path}.envFrom`, index)),
  ]
}

function validateVariable(variable: JsonObject, at: string): Cause[] {
  const name = stringAt(variable, 'name') ?? ''
  const rule =
    "a valid environment variable name must consist only of printable ASCII characters other than '='"
  // Any printable ASCII but '=': as relaxed as Kubernetes 1.34 is.
  const named =
    name === ''
      ? [required(`${at}.name`)]
      : /^[ -<>-~]+$/.test(name)
        ? []
        : [invalid(`${at}.name`, name, rule)]
  return [...named, ...validateValueFrom(variable, `${at}.valueFrom`)]
}

function validateValueFrom(variable: JsonObject, at: string): Cause[] {
  const from = objectAt(variable, 'valueFrom')
  if (from === undefined) return []
  const count = Object.keys(from).length
  const why =
    count === 0
      ? 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'
      : 'may not have more than one field specified at a time'
  return [
    ...(variable.value ? [invalid(at, '', 'may not be specified when `value` is not empty')] : []),
    ...validateFieldRef(objectAt(from, 'fieldRef'), fields, `${at}.fieldRef`),
    ...validateResourceRef(objectAt(from, 'resourceFieldRef'), `${at}.resourceFieldRef`),
    ...['configMapKeyRef', 'secretKeyRef'].flatMap((source) =>
      validateKeyRef(objectAt(from, source), `${at}.${source}`),
    ),
    ...(count === 1 ? [] : [invalid(at, '', why)]),
  ]
}

const fields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
/** What can be named at all; pkg/apis/core/pods `ConvertDownwardAPIFieldLabel`. */
const known = [
  ...fields,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]

/** A field of the pod that is shown. `shown`: those that can be shown here, besides single labels and annotations. */
export function validateFieldRef(
  reference: JsonObject | undefined,
  shown: readonly string[],
  at: string,
): Cause[] {
  if (reference === undefined) return []
  const path = stringAt(reference, 'fieldPath') ?? ''
  const field = `${at}.fieldPath`
  if (path === '') return [required(field)]
  const [, map = path, key] = /^(.*)\['([^']*)'\]$/.exec(path) ?? []
  if (!known.includes(map)) {
    return [invalid(field, path, `error converting fieldPath: field label not supported: ${path}`)]
  }
  if (key === undefined) return shown.includes(path) ? [] : [notSupported(field, path, shown)]
  if (map !== 'metadata.labels' && map !== 'metadata.annotations')
    return [invalid(at, map, 'does not support subscript')]
  const name = map === 'metadata.labels' ? key : key.toLowerCase()
  return qualifiedName(name).map((why) => invalid(at, name, why))
}

const amounts = ['limits', 'requests'].flatMap((kind) =>
  ['cpu', 'ephemeral-storage', 'memory'].map((resource) => `${kind}.${resource}`),
)

function validateResourceRef(reference: JsonObject | undefined, at: string): Cause[] {
  if (reference === undefined) return []
  const resource = stringAt(reference, 'resource') ?? ''
  if (resource === '') return [required(`${at}.resource`)]
  const large = /^(?:limits|requests)\.hugepages-/.test(resource)
  return amounts.includes(resource) || large ? [] : [notSupported(`${at}.resource`, resource, amounts)]
}

function validateKeyRef(reference: JsonObject | undefined, at: string): Cause[] {
  if (reference === undefined) return []
  const key = stringAt(reference, 'key') ?? ''
  if (key === '') return [required(`${at}.key`)]
  return dataKey(key).map((why) => invalid(`${at}.key`, key, why))
}

function validateSource(source: JsonObject, list: string, index: number): Cause[] {
  const named = ['configMapRef', 'secretRef'].filter((kind) => source[kind] !== undefined)
  // A real server names the list here, not the item.
  if (named.length === 0) return [invalid(list, '', 'must specify one of: `configMapRef` or `secretRef`')]
  if (named.length > 1) return [invalid(list, '', 'may not have more than one field specified at a time')]
  return named.flatMap((kind) => {
    const name = stringAt(source, kind, 'name') ?? ''
    return dnsSubdomain(name).map((why) => invalid(`${list}[${index}].${kind}.name`, name, why))
  })
}
