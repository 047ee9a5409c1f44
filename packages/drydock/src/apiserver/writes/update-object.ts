import type { ListItem } from '../answer.ts'
import type { Api } from '../api.ts'
import type { KindInfo } from '../kinds.ts'
import { type ApiObject, sameJson } from '../object.ts'
import { ApiError, type Cause, conflict, invalid, modified } from '../status.ts'
import { countsGeneration, type Strategy, strategyFor } from '../strategy.ts'
import { validateMetadataUpdate } from '../validation/metadata.ts'
import { keepOutsideOf } from './endpoint-part.ts'
import type { WriteOptions } from './options.ts'
import { store, unstore } from './stored.ts'
import { tracked } from './tracked.ts'

export interface UpdateOptions extends WriteOptions {
  /** `managedFields` are already right (an apply computed them). */
  readonly fieldsTracked?: boolean
  /** The object is what a patch made of the old one: another uid in it is no precondition but a change. */
  readonly patched?: boolean
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
  checkPreconditions(kind, old, object, options.patched === true)
  const strategy = strategyFor(kind)
  keepIdentity(object, old)
  keepOutsideOf(options.subresource, kind, object, old)
  if (options.subresource !== 'status') strategy.defaults?.(object, api)
  const next = options.fieldsTracked === true ? object : tracked(api, kind, object, old, options)
  if (options.subresource === '') strategy.prepareUpdate?.(next, old, api)
  if (countsGeneration(kind)) {
    const generation = old.metadata.generation ?? 1
    const changed = options.subresource !== 'status' && changesSpec(kind, next, old)
    next.metadata.generation = changed ? generation + 1 : generation
  }
  const causes = [
    ...validateMetadataUpdate(next, old, kind),
    ...objections(api, strategy, next, old, options.subresource),
  ]
  if (causes.length > 0) throw invalid(kind, next.metadata.name, causes)
  if (isSame(next, old)) return { object: old, json: JSON.stringify(old) }
  if (isReleased(kind, next)) {
    // Watchers see what was stored last; who took the last finalizer sees what is gone now.
    const { object: last } = unstore(api, kind, old, options.dryRun)
    next.metadata.resourceVersion = last.metadata.resourceVersion ?? ''
    return { object: next, json: JSON.stringify(next) }
  }
  return store(api, kind, next, options.dryRun)
}

function objections(
  api: Api,
  strategy: Strategy,
  object: ApiObject,
  old: ApiObject,
  subresource: string,
): Cause[] {
  if (subresource === 'status') return strategy.validateStatus?.(object, old, api) ?? []
  const own = strategy.validate?.(object, old, api) ?? []
  // Other endpoints exist to make changes that the main one refuses.
  if (subresource !== '' && subresource !== 'scale') return own
  return [...own, ...(strategy.validateUpdate?.(object, old, api) ?? [])]
}

function checkPreconditions(kind: KindInfo, old: ApiObject, object: ApiObject, patched: boolean): void {
  const { name, uid, resourceVersion } = object.metadata
  if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
    if (patched) throw invalid(kind, name, validateMetadataUpdate(object, old, kind))
    const failed = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`
    const place = `Code: 4, Key: ${keyOf(kind, old)}, ResourceVersion: 0`
    const why = `StorageError: invalid object, ${place}, AdditionalErrorMsg: ${failed}`
    throw conflict(kind, name, why)
  }
  if (!/^\d*$/.test(resourceVersion ?? ''))
    throw new ApiError(
      500,
      '',
      `strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`,
    )
  if (
    resourceVersion !== undefined &&
    resourceVersion !== '' &&
    resourceVersion !== old.metadata.resourceVersion
  ) {
    throw modified(kind, name)
  }
}

/** Where etcd would hold an object. */
function keyOf(kind: KindInfo, { metadata }: ApiObject): string {
  const group = kind.crd === undefined ? [] : [kind.group]
  const parts = ['/registry', ...group, kind.plural, metadata.namespace ?? '', metadata.name]
  return parts.filter((part) => part !== '').join('/')
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
    'namespace',
  ]) {
    if (old.metadata[key] === undefined) delete metadata[key]
    else metadata[key] = old.metadata[key]
  }
  delete metadata.selfLink
}

/** Whether anything but metadata and status differs; for a Deployment its annotations count too. */
function changesSpec(kind: KindInfo, object: ApiObject, old: ApiObject): boolean {
  const { metadata, status, ...spec } = object
  const { metadata: oldMetadata, status: oldStatus, ...oldSpec } = old
  if (!sameJson(spec, oldSpec)) return true
  if (kind.storedAs === 'apps/deployments')
    return !sameJson(metadata.annotations ?? {}, oldMetadata.annotations ?? {})
  return kind.crd !== undefined && !kind.subresources.includes('status') && !sameJson(status, oldStatus)
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
