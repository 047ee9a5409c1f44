import type { Answer } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import { schemaOf } from '../custom/custom-schema.ts'
import type { KindInfo } from '../kinds.ts'
import {
  type ApiObject,
  ensureObject,
  isApiObject,
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsAt,
  stringAt,
  valueAt,
} from '../object.ts'
import { applyPatch } from '../patch/apply-patch.ts'
import { conflictError } from '../patch/conflict.ts'
import { jsonPatch } from '../patch/json-patch.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { invalid as invalidValue } from '../schema/field-error.ts'
import { badRequest, invalid, methodNotAllowed } from '../status.ts'
import { selectorText } from '../validation/selector.ts'
import { findRecord } from '../verbs/read.ts'
import { fromStorage } from '../versions.ts'
import { isForced, writeOptions } from '../writes/options.ts'
import { updateObject } from '../writes/update-object.ts'

/** Where a kind keeps what a Scale shows. */
interface ScalePaths {
  readonly spec: readonly string[]
  readonly status: readonly string[]
  readonly selector: (object: ApiObject) => string
}

const scaleKind = { group: 'autoscaling', plural: 'scales', kind: 'Scale' }

/** autoscaling/v1 Scale: one number of any kind that has replicas. */
export function scale(api: Api, request: ResourceRequest): Answer {
  const { kind } = request
  const old = fromStorage(findRecord(api, request).object, kind)
  const paths = pathsOf(kind)
  const current = scaleOf(old, paths)
  if (request.verb === 'get') return scaleAnswer(kind, current)
  const options = writeOptions(request)
  const asked = askedScale(request, current)
  const replicas = numberAt(asked, 'spec', 'replicas') ?? 0
  if (replicas < 0) {
    const cause = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')
    throw invalid(scaleKind, old.metadata.name, [cause])
  }
  const applying = request.contentType === 'application/apply-patch+yaml' && request.verb === 'patch'
  if (applying) {
    const object = applied(api, request, old, paths, replicas)
    const { object: stored } = updateObject(api, kind, old, object, { ...options, fieldsTracked: true })
    return scaleAnswer(kind, scaleOf(fromStorage(stored, kind), paths))
  }
  const object = structuredClone(old)
  setAt(object, paths.spec, replicas)
  // Without a revision in the Scale the newest state is scaled, whatever it is.
  object.metadata.resourceVersion = stringAt(asked, 'metadata', 'resourceVersion') ?? ''
  const { object: stored } = updateObject(api, kind, old, object, options)
  return scaleAnswer(kind, scaleOf(fromStorage(stored, kind), paths))
}

function scaleAnswer({ crd: _, ...kind }: KindInfo, object: ApiObject): Answer {
  const shown = { ...kind, group: scaleKind.group, version: 'v1', kind: scaleKind.kind }
  return { as: 'object', code: 200, kind: shown, object, json: JSON.stringify(object) }
}

/** The object after an apply of its number alone. Throws Conflict. */
function applied(
  api: Api,
  request: ResourceRequest,
  old: ApiObject,
  paths: ScalePaths,
  replicas: number,
): ApiObject {
  const part: JsonObject = {
    apiVersion: old.apiVersion,
    kind: old.kind,
    metadata: { name: old.metadata.name },
  }
  setAt(part, paths.spec, replicas)
  const result = applyPatch({
    live: old,
    applied: part,
    manager: writeOptions(request).manager,
    force: isForced(request),
    schema: schemaOf(request.kind),
    subresource: 'scale',
    now: timestamp(api.clock.now()),
  })
  if ('conflicts' in result) throw conflictError(result.conflicts)
  if (!isApiObject(result.object)) throw badRequest('the apply patch must leave an object')
  return result.object
}

function askedScale({ verb, contentType, body }: ResourceRequest, current: JsonObject): JsonObject {
  const asked = verb === 'update' ? body : verb === 'patch' ? patched(contentType, current, body) : undefined
  if (asked === undefined) throw methodNotAllowed()
  if (!isObject(asked)) throw badRequest('the request body must hold a Scale')
  return asked
}

function patched(contentType: string, current: JsonObject, patch: unknown): unknown {
  return contentType === 'application/json-patch+json'
    ? jsonPatch(current, patch)
    : mergePatch(current, patch)
}

function pathsOf(kind: KindInfo): ScalePaths {
  const version = objectsAt(kind.crd, 'spec', 'versions').find((one) => one.name === kind.version)
  const scale = objectAt(version, 'subresources', 'scale')
  if (scale === undefined) {
    return {
      spec: ['spec', 'replicas'],
      status: ['status', 'replicas'],
      selector: (object) => selectorText(objectAt(object, 'spec', 'selector') ?? {}),
    }
  }
  const path = (field: string) => (stringAt(scale, field) ?? '').split('.').filter(Boolean)
  const selector = path('labelSelectorPath')
  return {
    spec: path('specReplicasPath'),
    status: path('statusReplicasPath'),
    selector: (object) => (selector.length === 0 ? '' : (stringAt(object, ...selector) ?? '')),
  }
}

function scaleOf(object: ApiObject, paths: ScalePaths): ApiObject {
  const { name, namespace = '', uid = '', resourceVersion = '', creationTimestamp = '' } = object.metadata
  const selector = paths.selector(object)
  const replicas = numberOr0(valueAt(object, ...paths.spec))
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: numberOr0(valueAt(object, ...paths.status)),
      ...(selector === '' ? {} : { selector }),
    },
  }
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function setAt(object: JsonObject, path: readonly string[], value: unknown): void {
  const last = path.at(-1)
  if (last === undefined) return
  let here = object
  for (const key of path.slice(0, -1)) here = ensureObject(here, key)
  here[last] = value
}
