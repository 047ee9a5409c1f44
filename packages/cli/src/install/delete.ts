/** Deletes an object only as it was seen: what somebody changed, or made anew under its name, stays. */
import { isConflict, isNotFound, type KubeObject, type Resource } from '@orlop/kube'
import type { Tools } from './installed.ts'

export type Deletion = 'deleted' | 'gone' | 'changed'

/** How often a change of the status alone, which others write all the time, is looked over. */
const tries = 5

/**
 * @param propagation `Background` unless said: what it owns goes with it
 */
export async function deleteExactly(
  { client, signal }: Tools,
  { resource, object }: { readonly resource: Resource; readonly object: KubeObject },
  propagation: 'Background' | 'Foreground' | 'Orphan' = 'Background',
): Promise<Deletion> {
  const { name, namespace, uid, labels = {} } = object.metadata
  let resourceVersion = object.metadata.resourceVersion
  for (let tried = 0; tried < tries; tried++) {
    try {
      await client.delete(
        resource,
        { name, namespace },
        { preconditions: { uid, resourceVersion }, propagationPolicy: propagation, signal },
      )
      return 'deleted'
    } catch (error) {
      if (isNotFound(error)) return 'gone'
      if (!isConflict(error)) throw error
    }
    const live = await client.get(resource, { name, namespace }, { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
    if (live === undefined) return 'gone'
    // Still the one that was looked at, and still ours: only its status, or a count, went on.
    const same = Object.entries(labels).every(([key, value]) => live.metadata.labels?.[key] === value)
    if (live.metadata.uid !== uid || !same) return 'changed'
    resourceVersion = live.metadata.resourceVersion
  }
  return 'changed'
}
