import type { ListItem } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import { type KindInfo, qualifiedResource } from '../kinds.ts'
import { type ApiObject, isObject, numberAt, sameJson, stringAt } from '../object.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { badRequest, conflict } from '../status.ts'
import { store, unstore } from './stored.ts'
import { hasSpecFinalizers } from './update-object.ts'

export interface DeleteOptions {
  readonly dryRun: boolean
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly uid?: string
  readonly resourceVersion?: string
}

/** From the body (a DeleteOptions) or the query; throws BadRequest. */
export function deleteOptions(request: ResourceRequest): DeleteOptions {
  const body = isObject(request.body) ? request.body : {}
  const query = request.query
  const grace = numberAt(body, 'gracePeriodSeconds') ?? integer(query.get('gracePeriodSeconds'))
  const policy = stringAt(body, 'propagationPolicy') ?? query.get('propagationPolicy') ?? orphans(body, query)
  if (policy !== undefined && policy !== 'Background' && policy !== 'Foreground' && policy !== 'Orphan') {
    throw badRequest(
      `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
    )
  }
  const uid = stringAt(body, 'preconditions', 'uid')
  const resourceVersion = stringAt(body, 'preconditions', 'resourceVersion')
  const dryRun = [...(Array.isArray(body.dryRun) ? body.dryRun : []), ...query.getAll('dryRun')]
  return {
    dryRun: dryRun.includes('All'),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
}

function integer(text: string | null): number | undefined {
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : undefined
}

/** `orphanDependents`, the older way to say it. */
function orphans(body: object, query: URLSearchParams): string | undefined {
  const value = 'orphanDependents' in body ? body.orphanDependents : query.get('orphanDependents')
  if (value === true || value === 'true') return 'Orphan'
  return value === false || value === 'false' ? 'Background' : undefined
}

/** What a deletion came to: gone, or still there with a deletionTimestamp. */
export interface Deletion {
  readonly gone: boolean
  readonly item: ListItem
}

/** Deletes, or marks as deleted what a finalizer or a grace period still holds. Throws Conflict. */
export function deleteObject(api: Api, kind: KindInfo, old: ApiObject, options: DeleteOptions): Deletion {
  checkPreconditions(kind, old, options)
  const object = structuredClone(old)
  const { metadata } = object
  setPropagation(object, options.propagationPolicy)
  const grace = graceOf(kind, object, options)
  const deleting = metadata.deletionTimestamp !== undefined
  const held =
    (metadata.finalizers ?? []).length > 0 || (kind.storedAs === '/namespaces' && hasSpecFinalizers(object))
  if (grace === 0 && !held) {
    const item = unstore(api, kind, object, options.dryRun)
    return { gone: true, item }
  }
  // A second deletion may shorten the grace, never lengthen it.
  if (!deleting || grace < (metadata.deletionGracePeriodSeconds ?? 0)) {
    const now = api.clock.now()
    const start = deleting
      ? Date.parse(metadata.deletionTimestamp ?? '') - (metadata.deletionGracePeriodSeconds ?? 0) * 1000
      : now
    metadata.deletionTimestamp = timestamp(start + grace * 1000)
    metadata.deletionGracePeriodSeconds = grace
    if (!deleting && metadata.generation !== undefined) metadata.generation += 1
  }
  if (kind.storedAs === '/namespaces')
    object.status = { ...(isObject(object.status) ? object.status : {}), phase: 'Terminating' }
  if (sameJson(object, old)) return { gone: false, item: { object: old, json: JSON.stringify(old) } }
  return { gone: false, item: store(api, kind, object, options.dryRun) }
}

function checkPreconditions(kind: KindInfo, old: ApiObject, { uid, resourceVersion }: DeleteOptions): void {
  const { name, uid: liveUid, resourceVersion: liveVersion } = old.metadata
  if (uid !== undefined && uid !== liveUid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${liveUid}`,
    )
  }
  if (resourceVersion !== undefined && resourceVersion !== liveVersion) {
    throw conflict(
      kind,
      name,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${liveVersion}`,
    )
  }
}

/** Foreground and orphan are finalizers that the garbage collector takes off. */
function setPropagation({ metadata }: ApiObject, policy: DeleteOptions['propagationPolicy']): void {
  if (policy === undefined) return
  const others = (metadata.finalizers ?? []).filter(
    (name) => name !== 'foregroundDeletion' && name !== 'orphan',
  )
  const finalizers =
    policy === 'Foreground'
      ? [...others, 'foregroundDeletion']
      : policy === 'Orphan'
        ? [...others, 'orphan']
        : others
  if (finalizers.length > 0) metadata.finalizers = finalizers
  else delete metadata.finalizers
}

/** Seconds that a pod gets to end; nothing else is given any. */
function graceOf(kind: KindInfo, object: ApiObject, options: DeleteOptions): number {
  if (qualifiedResource(kind) !== 'pods') return 0
  const phase = stringAt(object, 'status', 'phase')
  // Without a node nobody runs it, and an ended pod has nothing to end.
  if (!stringAt(object, 'spec', 'nodeName') || phase === 'Failed' || phase === 'Succeeded') return 0
  const asked = options.gracePeriodSeconds ?? numberAt(object, 'spec', 'terminationGracePeriodSeconds') ?? 30
  return asked < 0 ? 1 : asked
}
