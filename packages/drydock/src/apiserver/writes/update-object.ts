import type { ListItem } from '../answer.ts'
import type { Api } from '../api.ts'
import { type KindInfo, qualifiedResource } from '../kinds.ts'
import { type ApiObject, sameJson } from '../object.ts'
import { conflict, invalid, modified } from '../status.ts'
import { countsGeneration, strategyFor } from '../strategy.ts'
import { validateMetadata, validateMetadataUpdate } from '../validation/metadata.ts'
import type { WriteOptions } from './options.ts'
import { store, unstore } from './stored.ts'
import { tracked } from './tracked.ts'

export interface UpdateOptions extends WriteOptions {
  /** `managedFields` are already right (an apply computed them). */
  readonly fieldsTracked?: boolean
}

/**
 * Replaces `old` by `object`, which is changed: completes and checks it, counts its generation, and stores it unless
 * nothing differs. An object that was only waiting for its last finalizer goes.
 * Throws Conflict and Invalid.
 */
export function updateObject(
  api: Api,
  kind: KindInfo,
  old: ApiObject,
  object: ApiObject,
  options: UpdateOptions,
): ListItem {
  checkPreconditions(kind, old, object)
  const strategy = strategyFor(kind)
  keepIdentity(object, old)
  if (options.subresource === 'status') keepAllButStatus(kind, object, old)
  else if (kind.subresources.includes('status') && options.subresource === '') keepStatus(object, old)
  if (options.subresource !== 'status') strategy.defaults?.(object, api)
  const next = options.fieldsTracked === true ? object : tracked(api, kind, object, old, options)
  if (options.subresource === '') strategy.prepareUpdate?.(next, old, api)
  if (countsGeneration(kind)) {
    const generation = old.metadata.generation ?? 1
    next.metadata.generation = changesSpec(next, old) ? generation + 1 : generation
  }
  const causes = [
    ...validateMetadata(next, kind),
    ...validateMetadataUpdate(next, old),
    ...(options.subresource === 'status'
      ? (strategy.validateStatus?.(next, old, api) ?? [])
      : [
          ...(strategy.validate?.(next, old, api) ?? []),
          ...(strategy.validateUpdate?.(next, old, api) ?? []),
        ]),
  ]
  if (causes.length > 0) throw invalid(kind, next.metadata.name, causes)
  if (isSame(next, old)) return { object: old, json: JSON.stringify(old) }
  if (isReleased(kind, next)) {
    return unstore(api, kind, next, options.dryRun)
  }
  return store(api, kind, next, options.dryRun)
}

function checkPreconditions(kind: KindInfo, old: ApiObject, object: ApiObject): void {
  const { name, uid, resourceVersion } = object.metadata
  if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
    )
  }
  if (
    resourceVersion !== undefined &&
    resourceVersion !== '' &&
    resourceVersion !== old.metadata.resourceVersion
  ) {
    throw modified(kind, name)
  }
}

/** What identifies an object comes from the store, not from the client. */
function keepIdentity(object: ApiObject, old: ApiObject): void {
  const { metadata } = object
  for (const key of [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'resourceVersion',
    'generation',
    'generateName',
    'namespace',
  ]) {
    if (old.metadata[key] === undefined) delete metadata[key]
    else metadata[key] = old.metadata[key]
  }
  delete metadata.selfLink
}

function keepStatus(object: ApiObject, old: ApiObject): void {
  if (old.status === undefined) delete object.status
  else object.status = structuredClone(old.status)
}

/** Kinds whose status may be written together with labels and annotations: kubelets and controllers do. */
const metadataWithStatus = new Set([
  'pods',
  'nodes',
  'persistentvolumeclaims',
  'persistentvolumes',
  'services',
  'namespaces',
])

function keepAllButStatus(kind: KindInfo, object: ApiObject, old: ApiObject): void {
  for (const key of Object.keys(object)) {
    if (key !== 'status' && key !== 'metadata') delete object[key]
  }
  for (const [key, value] of Object.entries(old)) {
    if (key !== 'status' && key !== 'metadata') object[key] = structuredClone(value)
  }
  const { labels, annotations, finalizers, managedFields } = object.metadata
  object.metadata = structuredClone(old.metadata)
  if (managedFields !== undefined) object.metadata.managedFields = managedFields
  if (!metadataWithStatus.has(qualifiedResource(kind))) return
  if (labels !== undefined) object.metadata.labels = labels
  if (annotations !== undefined) object.metadata.annotations = annotations
  if (finalizers !== undefined) object.metadata.finalizers = finalizers
}

/** Whether anything but metadata and status differs. */
function changesSpec(object: ApiObject, old: ApiObject): boolean {
  const { metadata: _m, status: _s, ...spec } = object
  const { metadata: _om, status: _os, ...oldSpec } = old
  return !sameJson(spec, oldSpec)
}

/** No difference but in the times at which managers wrote: such a write is none. */
function isSame(object: ApiObject, old: ApiObject): boolean {
  return sameJson(withoutTimes(object), withoutTimes(old))
}

function withoutTimes(object: ApiObject): ApiObject {
  const managedFields = object.metadata.managedFields?.map((entry) => ({ ...entry, time: undefined }))
  return {
    ...object,
    metadata: { ...object.metadata, ...(managedFields === undefined ? {} : { managedFields }) },
  }
}

/** Deleted before, and nothing holds it any more. */
function isReleased(kind: KindInfo, object: ApiObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata
  if (deletionTimestamp === undefined || finalizers.length > 0) return false
  if (kind.storedAs === '/namespaces') return !hasSpecFinalizers(object)
  return deletionGracePeriodSeconds === 0
}

export function hasSpecFinalizers(namespace: ApiObject): boolean {
  const spec = namespace.spec
  if (typeof spec !== 'object' || spec === null || !('finalizers' in spec)) return false
  return Array.isArray(spec.finalizers) && spec.finalizers.length > 0
}
