import type { ListItem } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import { type KindInfo, qualifiedResource } from '../kinds.ts'
import { type ApiObject, isObject, numberAt, sameJson, stringAt } from '../object.ts'
import { conflict, forbidden } from '../status.ts'
import type { DeleteOptions } from './delete-options.ts'
import { store, unstore } from './stored.ts'
import { hasSpecFinalizers } from './update-object.ts'

/** What a deletion came to: gone, or still there with a deletionTimestamp. */
export interface Deletion {
  readonly gone: boolean
  readonly item: ListItem
}

/** Namespaces that admission keeps from being deleted. */
const immortal: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public'])
/** Kinds whose deletion has an implementation of its own, which knows no grace. */
const deletesByItself: ReadonlySet<string> = new Set([
  '/namespaces',
  'apiextensions.k8s.io/customresourcedefinitions',
])

/** Deletes, or marks as deleted what a finalizer or a grace period still holds. Throws Conflict. */
export function deleteObject(api: Api, kind: KindInfo, old: ApiObject, options: DeleteOptions): Deletion {
  checkPreconditions(kind, old, options)
  if (kind.storedAs === '/namespaces' && immortal.has(old.metadata.name)) {
    throw forbidden(kind, old.metadata.name, 'this namespace may not be deleted')
  }
  const object = structuredClone(old)
  const { metadata } = object
  setPropagation(object, options.propagationPolicy)
  const grace = graceOf(kind, object, options)
  const deleting = metadata.deletionTimestamp !== undefined
  const held =
    (metadata.finalizers ?? []).length > 0 || (kind.storedAs === '/namespaces' && hasSpecFinalizers(object))
  if (grace === 0 && !held) {
    if (kind.storedAs === '/pods') {
      metadata.deletionTimestamp ??= timestamp(api.clock.now())
      metadata.deletionGracePeriodSeconds = 0
    }
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
    if (!deletesByItself.has(kind.storedAs)) metadata.deletionGracePeriodSeconds = grace
    if (!deleting && metadata.generation !== undefined) metadata.generation += 1
  }
  if (kind.storedAs === '/namespaces')
    object.status = { ...(isObject(object.status) ? object.status : {}), phase: 'Terminating' }
  if (sameJson(object, old)) return { gone: false, item: { object: old, json: JSON.stringify(old) } }
  return { gone: false, item: store(api, kind, object, options.dryRun) }
}

function checkPreconditions(kind: KindInfo, old: ApiObject, { uid, resourceVersion }: DeleteOptions): void {
  const { name, uid: liveUid, resourceVersion: liveVersion } = old.metadata
  // Told of the kind, not of the resource.
  const lost = (why: string): Error => conflict({ ...kind, plural: kind.kind }, name, why)
  if (uid !== undefined && uid !== liveUid) {
    throw lost(
      `the UID in the precondition (${uid}) does not match the UID in record (${liveUid}). The object might have been deleted and then recreated`,
    )
  }
  if (resourceVersion !== undefined && resourceVersion !== liveVersion) {
    throw lost(
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${liveVersion}). The object might have been modified`,
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
