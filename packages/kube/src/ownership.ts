import { KubeError } from './errors.ts'
import type { KubeObject, OwnerReference } from './object.ts'

/**
 * A reference to `owner`, for `metadata.ownerReferences` of what it owns.
 * @throws KubeError `BadRequest` when the owner has no uid: it has not come from the server.
 */
export function ownerReference(owner: KubeObject, o: { controller?: boolean } = {}): OwnerReference {
  const { name, uid } = owner.metadata
  if (uid === undefined)
    throw new KubeError('BadRequest', `${owner.kind} ${name} has no uid to be an owner by`)
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name,
    uid,
    // Deletion in the foreground waits for what is owned to go.
    ...(o.controller ? { controller: true, blockOwnerDeletion: true } : {}),
  }
}

/** The one owner that manages the object. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)
}

/** Whether this very object (by uid) manages the other: names come again after a deletion. */
export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return owner.metadata.uid !== undefined && controllerOf(object)?.uid === owner.metadata.uid
}

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false
}

/** A copy with the finalizer; the same object when it has it already. */
export function withFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  if (hasFinalizer(object, finalizer)) return object
  const finalizers = [...(object.metadata.finalizers ?? []), finalizer]
  return { ...object, metadata: { ...object.metadata, finalizers } }
}

/** A copy without the finalizer; the same object when it has none of this name. */
export function withoutFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  if (!hasFinalizer(object, finalizer)) return object
  const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer)
  return { ...object, metadata: { ...object.metadata, finalizers } }
}

export function isBeingDeleted(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined
}
