import type { Answer } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import { schemaOf } from '../custom/custom-schema.ts'
import { apiVersionOf, type KindInfo } from '../kinds.ts'
import { type ApiObject, isApiObject, isObject, type JsonObject, stringAt } from '../object.ts'
import { applyPatch } from '../patch/apply-patch.ts'
import { conflictError } from '../patch/conflict.ts'
import { goMap } from '../patch/directive.ts'
import { jsonPatch } from '../patch/json-patch.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import { withoutManagers } from '../patch/ownership.ts'
import { strategicMergePatch } from '../patch/strategic-merge-patch.ts'
import { objectFrom, placed, requireName } from '../request/object-body.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { invalid as invalidValue } from '../schema/field-error.ts'
import { anything } from '../schema/type-schema.ts'
import { ApiError, badRequest, conflict, invalid, notFound, unsupportedMediaType } from '../status.ts'
import { fromStorage } from '../versions.ts'
import { createObject } from '../writes/create-object.ts'
import { isForced, type WriteOptions, writeOptions } from '../writes/options.ts'
import { reachOf } from '../writes/tracked.ts'
import { updateObject } from '../writes/update-object.ts'
import { answerWith } from './write.ts'

/** Changes an object by one of the four kinds of patch; an apply also creates it. */
export function patch(api: Api, request: ResourceRequest): Answer {
  const { kind, namespace = '', name } = request
  const live = api.storage.get(kind.storedAs, namespace, name)?.object
  const old = live === undefined ? undefined : fromStorage(live, kind)
  const options = writeOptions(request)
  if (request.contentType === 'application/apply-patch+yaml') return apply(api, request, old, options)
  if (old === undefined) throw notFound(kind, name)
  const object = patchedObject(withIdentity(patched(old, request), old), request)
  return answerWith(kind, updateObject(api, kind, old, object, { ...options, patched: true }), 200)
}

function patched(old: ApiObject, { contentType, body, kind }: ResourceRequest): unknown {
  switch (contentType) {
    case 'application/merge-patch+json':
      return mergePatch(old, body)
    case 'application/json-patch+json':
      return jsonPatch(old, body)
    case 'application/strategic-merge-patch+json':
      // Custom kinds have no Go types to take the strategies from.
      if (kind.crd !== undefined) break
      if (!isObject(body)) throw badRequest('the patch must be an object')
      return strategicMergePatch(old, body, schemaOf(kind) ?? anything)
  }
  throw unsupportedMediaType([
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(kind.crd === undefined ? ['application/strategic-merge-patch+json'] : []),
    'application/apply-patch+yaml',
  ])
}

/** What a patch made, decoded; what cannot be is a fault of the patch. Throws Invalid. */
function patchedObject(result: JsonObject, request: ResourceRequest): ApiObject {
  try {
    return objectFrom(result, request)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const why = /^.* in version ".*" cannot be handled as a .*?: (.*)$/s.exec(error.message)?.[1]
    if (why === undefined) throw error
    const strategic = request.contentType === 'application/strategic-merge-patch+json'
    const quoted = strategic ? goMap(request.body) : JSON.stringify(withoutManagers(result))
    throw invalid({ group: '', plural: '', kind: '' }, '', [
      invalidValue('patch', quoted, goWords(why, strategic)),
    ])
  }
}

/** A strategic merge patch is not decoded from JSON but from a map, and says so. */
function goWords(why: string, strategic: boolean): string {
  if (!strategic) return why
  const match = /^json: cannot unmarshal (\w+)(?: [-\d.e]+)? into Go struct field \S+ of type (\S+)$/.exec(
    why,
  )
  if (match === null) return why
  const [, got = '', type = ''] = match
  const from = { array: 'slice', object: 'map', number: 'int64' }[got] ?? got
  const into = type.startsWith('[]')
    ? 'slice'
    : type.startsWith('map')
      ? 'map'
      : /^v1\./.test(type)
        ? 'struct'
        : type
  return into === type ? `unrecognized type: ${type}` : `cannot restore ${into} from ${from}`
}

/** A patch that takes the name or kind away has not said that it wants to change them. */
function withIdentity(result: unknown, old: ApiObject): JsonObject {
  if (!isObject(result)) throw badRequest('the patch must leave an object')
  const metadata = isObject(result.metadata) ? result.metadata : {}
  const { name, namespace } = old.metadata
  return {
    ...result,
    apiVersion: result.apiVersion ?? old.apiVersion,
    kind: result.kind ?? old.kind,
    metadata: {
      ...metadata,
      name: metadata.name ?? name,
      ...(namespace === undefined ? {} : { namespace: metadata.namespace ?? namespace }),
    },
  }
}

function apply(api: Api, request: ResourceRequest, live: ApiObject | undefined, write: WriteOptions): Answer {
  const { kind, body, subresource, name } = request
  if (!isObject(body)) throw badRequest('the apply patch must be an object')
  checkApplied(body, kind)
  requireName(body, request)
  if (live === undefined && subresource !== '') throw notFound(kind, name)
  const uid = stringAt(body, 'metadata', 'uid') ?? ''
  if (live === undefined && uid !== '') {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
    throw conflict(kind, name, why)
  }
  const result = applyPatch({
    live,
    applied: placed(body, request),
    namespace: stringAt(body, 'metadata', 'namespace') ?? '',
    manager: write.manager,
    force: isForced(request),
    schema: schemaOf(kind),
    subresource: subresource === '' ? undefined : subresource,
    reach: reachOf(kind, subresource),
    now: timestamp(api.clock.now()),
  })
  if ('conflicts' in result) throw conflictError(result.conflicts)
  if (!isApiObject(result.object)) throw badRequest('the apply patch must leave an object')
  const object = objectFrom(result.object, request)
  const options = { ...write, fieldsTracked: true, patched: true }
  if (live !== undefined) return answerWith(kind, updateObject(api, kind, live, object, options), 200)
  return answerWith(kind, createObject(api, kind, object, options), 201)
}

/** Throws BadRequest for an apply of another kind than that of the path. */
function checkApplied(body: JsonObject, kind: KindInfo): void {
  const apiVersion = stringAt(body, 'apiVersion') ?? ''
  const given = stringAt(body, 'kind') ?? ''
  if (apiVersion === apiVersionOf(kind) && given === kind.kind) return
  // The core group has no name, and is written with a slash all the same.
  const named = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
  throw badRequest(`invalid object type: ${named}, Kind=${given}`)
}
