import { isNotFound, resources } from '@orlop/kube'
import type { Executor } from './act.ts'

/** Deletes exactly the pod that was looked at; the StatefulSet makes it anew. */
export const restart: Executor<'restart'> = async (
  { instance, uid, resourceVersion },
  { client, namespace, signal },
) => {
  try {
    await client.delete(
      resources.pods,
      { namespace, name: instance },
      { preconditions: { uid, resourceVersion }, signal },
    )
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
