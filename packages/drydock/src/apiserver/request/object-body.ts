import { apiVersionOf, type KindInfo } from '../kinds.ts'
import { type ApiObject, isApiObject, isObject, type JsonObject } from '../object.ts'
import { badRequest } from '../status.ts'
import { decode, metadataMismatch } from './decode.ts'
import type { ResourceRequest } from './resource-request.ts'

/**
 * An object of the request's kind, made from a body or a patched object: in its place, and as the kind's types hold it.
 * Throws BadRequest.
 */
export function objectFrom(body: unknown, request: ResourceRequest): ApiObject {
  if (!isObject(body)) throw badRequest('the request body must hold one object')
  return decode(placed(body, request), request.kind, request)
}

/** Completes and checks apiVersion, kind, name and namespace against the request. */
export function placed(
  body: JsonObject,
  request: Pick<ResourceRequest, 'kind' | 'namespace' | 'name'>,
): ApiObject {
  const { kind, namespace, name } = request
  checkType(body, kind)
  const metadata: JsonObject = isObject(body.metadata) ? dropNulls(body.metadata) : {}
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

function checkType(body: JsonObject, kind: KindInfo): void {
  const apiVersion = apiVersionOf(kind)
  const given = `${body.apiVersion ?? apiVersion}, Kind=${body.kind ?? kind.kind}`
  if (given === `${apiVersion}, Kind=${kind.kind}`) return
  throw badRequest(
    `the object provided is unrecognized (must be of type ${kind.kind}): the API version in the data (${body.apiVersion}, Kind=${body.kind}) does not match the expected API version (${apiVersion}, Kind=${kind.kind})`,
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
