import { apiVersionOf, builtInKinds, type KindInfo } from '../kinds.ts'
import { type ApiObject, isApiObject, isObject, type JsonObject, stringAt, valueAt } from '../object.ts'
import { invalid as invalidValue } from '../schema/field-error.ts'
import { badRequest, invalid } from '../status.ts'
import { repeatedFields } from './body.ts'
import { decode, metadataMismatch } from './decode.ts'
import type { ResourceRequest } from './resource-request.ts'

/**
 * An object of the request's kind, made from a body or a patched object: in its place, and as the kind's types hold it.
 * Throws BadRequest.
 */
export function objectFrom(body: unknown, request: ResourceRequest): ApiObject {
  if (!isObject(body)) throw badRequest('the request body must hold one object')
  return decode(placed(body, request), request.kind, request, repeatedFields(body))
}

/** The body of a request that names an object has to name it, too. Throws BadRequest. */
export function requireName(body: unknown, { name }: Pick<ResourceRequest, 'name'>): void {
  if (isObject(body) && (valueAt(body, 'metadata', 'name') ?? '') === '')
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    )
}

/** Completes and checks apiVersion, kind, name and namespace against the request. */
export function placed(
  body: JsonObject,
  request: Pick<ResourceRequest, 'kind' | 'namespace' | 'name'>,
): ApiObject {
  const { kind, namespace, name } = request
  checkType(body, kind)
  const given = body.metadata ?? {}
  if (!isObject(given)) throw metadataMismatch(kind, '', given, 'v1.ObjectMeta')
  const metadata: JsonObject = dropNulls(given)
  checkMetadata(metadata, kind)
  metadata.name ??= ''
  if (name !== '' && metadata.name === '') metadata.name = name
  if (name !== '' && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  }
  if (!kind.namespaced) delete metadata.namespace
  else if (metadata.namespace === undefined || metadata.namespace === '')
    metadata.namespace = namespace ?? 'default'
  else if (namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  const object = { ...body, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata }
  if (!isApiObject(object)) throw badRequest('the request body must hold one object')
  return object
}

/** Throws BadRequest for an object of another kind, in words that depend on what the server knows of that. */
function checkType(body: JsonObject, kind: KindInfo): void {
  const expected = apiVersionOf(kind)
  if (kind.crd !== undefined) requireType(body, kind)
  const apiVersion = String(body.apiVersion || expected)
  const given = String(body.kind || kind.kind)
  const group = apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : ''
  const version = apiVersion.replace(/^.*\//, '')
  if (given !== kind.kind && kind.crd !== undefined && apiVersion === expected) {
    const cause = invalidValue('kind', given, `must be ${kind.kind}`)
    throw invalid({ ...kind, kind: given }, stringAt(body, 'metadata', 'name') ?? '', [cause])
  }
  if (given !== kind.kind && kind.crd === undefined) {
    const there = builtInKinds.some((one) => one.kind === given && apiVersionOf(one) === apiVersion)
    const why = there
      ? `converting (${version}.${given}) to (${hub(kind.group)}.${kind.kind}): unknown conversion`
      : `no kind "${given}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:110"`
    throw badRequest(`${given} in version "${version}" cannot be handled as a ${kind.kind}: ${why}`)
  }
  if (apiVersion === expected) return
  if (kind.crd === undefined && group !== kind.group) {
    const why = `no kind "${given}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:110"`
    throw badRequest(`${given} in version "${version}" cannot be handled as a ${kind.kind}: ${why}`)
  }
  throw badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
  )
}

/** Go's package of a group's types within the server. */
function hub(group: string): string {
  return group === '' ? 'core' : group.replace(/\..*/, '')
}

/** A custom object has to say what it is. */
function requireType(body: JsonObject, kind: KindInfo): void {
  if (body.kind !== undefined && body.kind !== '') return
  const text = JSON.stringify(body)
  const shown = text.length > 30 ? `${text.slice(0, 30)} ...` : text
  throw badRequest(
    `the object provided is unrecognized (must be of type ${kind.kind}): Object 'Kind' is missing in '${text}' (${shown})`,
  )
}

/** A null in metadata counts as absent. */
function dropNulls(metadata: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null))
}

const texts = [
  'name',
  'namespace',
  'generateName',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
]

/** Types that the server relies on later: what does not fit could not have been decoded by a real server either. */
function checkMetadata(metadata: JsonObject, kind: KindInfo): void {
  const check = (field: string, value: unknown, fits: boolean, type: string): void => {
    if (!fits) throw metadataMismatch(kind, field, value, type)
  }
  for (const key of texts) {
    const value = metadata[key]
    check(key, value, value === undefined || typeof value === 'string', 'string')
  }
  for (const key of ['labels', 'annotations']) {
    const map = metadata[key] ?? {}
    if (!isObject(map)) throw metadataMismatch(kind, key, map, 'map[string]string')
    for (const [name, value] of Object.entries(map)) {
      if (value === null) map[name] = ''
      else check(key, value, typeof value === 'string', 'string')
    }
  }
  const { finalizers, ownerReferences, managedFields } = metadata
  for (const [key, list] of Object.entries({ finalizers, ownerReferences, managedFields })) {
    if (list === undefined) continue
    const type =
      { finalizers: 'string', ownerReferences: 'v1.OwnerReference' }[key] ?? 'v1.ManagedFieldsEntry'
    if (!Array.isArray(list)) throw metadataMismatch(kind, key, list, `[]${type}`)
    const isItem = key === 'finalizers' ? (item: unknown) => typeof item === 'string' : isObject
    for (const item of list) check(key, item, isItem(item), type)
  }
}
