import type { Answer } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import { schemaOf } from '../custom/custom-schema.ts'
import { apiVersionOf } from '../kinds.ts'
import { type ApiObject, isApiObject, isObject, type JsonObject } from '../object.ts'
import { applyPatch } from '../patch/apply-patch.ts'
import { conflictError } from '../patch/conflict.ts'
import { jsonPatch } from '../patch/json-patch.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import { strategicMergePatch } from '../patch/strategic-merge-patch.ts'
import { objectFrom, placed } from '../request/object-body.ts'
import { isTrue, type ResourceRequest } from '../request/resource-request.ts'
import { required } from '../schema/field-error.ts'
import { anything } from '../schema/type-schema.ts'
import { type ApiError, badRequest, invalid, notFound, unsupportedMediaType } from '../status.ts'
import { fromStorage } from '../versions.ts'
import { createObject } from '../writes/create-object.ts'
import { writeOptions } from '../writes/options.ts'
import { reachOf } from '../writes/tracked.ts'
import { updateObject } from '../writes/update-object.ts'
import { answerWith } from './write.ts'

/** Changes an object by one of the four kinds of patch; an apply also creates it. */
export function patch(api: Api, request: ResourceRequest): Answer {
  const { kind, namespace = '', name } = request
  const live = api.storage.get(kind.storedAs, namespace, name)?.object
  const old = live === undefined ? undefined : fromStorage(live, kind)
  if (request.contentType === 'application/apply-patch+yaml') return apply(api, request, old)
  if (old === undefined) throw notFound(kind, name)
  checkForce(request, false)
  const object = objectFrom(withIdentity(patched(old, request), old), request)
  return answerWith(
    kind,
    updateObject(api, kind, old, object, { ...writeOptions(request), patched: true }),
    200,
  )
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

/** A patch that takes the name or kind away has not said that it wants to change them. */
function withIdentity(result: unknown, old: ApiObject): JsonObject {
  if (!isObject(result)) throw badRequest('the patch must leave an object')
  const metadata = isObject(result.metadata) ? result.metadata : {}
  const { name, namespace } = old.metadata
  return {
    ...result,
    apiVersion: old.apiVersion,
    kind: old.kind,
    metadata: {
      ...metadata,
      name: metadata.name ?? name,
      ...(namespace === undefined ? {} : { namespace: metadata.namespace ?? namespace }),
    },
  }
}

function apply(api: Api, request: ResourceRequest, live: ApiObject | undefined): Answer {
  const { kind, body, query, subresource, name } = request
  const manager = query.get('fieldManager') ?? ''
  checkForce(request, true)
  if (manager === '') {
    throw patchOptionsInvalid(required('fieldManager', 'is required for apply patch'))
  }
  if (!isObject(body)) throw badRequest('the apply patch must be an object')
  if (body.apiVersion === undefined || body.kind === undefined) {
    throw badRequest(`invalid object type: /, Kind=: expected ${apiVersionOf(kind)}, Kind=${kind.kind}`)
  }
  if (live === undefined && subresource !== '') throw notFound(kind, name)
  const result = applyPatch({
    live,
    applied: placed(body, request),
    manager,
    force: isTrue(query.get('force') ?? 'false'),
    schema: schemaOf(kind),
    subresource: subresource === '' ? undefined : subresource,
    reach: reachOf(kind, subresource),
    now: timestamp(api.clock.now()),
  })
  if ('conflicts' in result) throw conflictError(result.conflicts)
  if (!isApiObject(result.object)) throw badRequest('the apply patch must leave an object')
  const object = objectFrom(result.object, request)
  const options = { ...writeOptions(request), fieldsTracked: true, patched: true }
  if (live !== undefined) return answerWith(kind, updateObject(api, kind, live, object, options), 200)
  return answerWith(kind, createObject(api, kind, object, options), 201)
}

function checkForce({ query }: ResourceRequest, applying: boolean): void {
  if (applying || query.get('force') === null) return
  throw patchOptionsInvalid({
    reason: 'FieldValueForbidden',
    message: 'Forbidden: may not be specified for non-apply patch',
    field: 'force',
  })
}

function patchOptionsInvalid(cause: Parameters<typeof invalid>[2][number]): ApiError {
  return invalid({ group: 'meta.k8s.io', plural: 'patchoptions', kind: 'PatchOptions' }, '', [cause])
}
