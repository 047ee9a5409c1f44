import { isNotFound, resources } from '@orlop/kube'
import type { Executor } from './act.ts'
import { isAsSeen } from './live-look.ts'

/**
 * Deletes exactly the pod that was looked at; the StatefulSet makes it anew. One that answered is asked once more: a replica that
 * became the primary meanwhile has to hand over first.
 */
export const restart: Executor<'restart'> = async ({ instance, uid, resourceVersion }, pass) => {
  const { client, namespace, signal } = pass
  const answered = pass.seen.instances.find((i) => i.name === instance)?.answer.ok === true
  if (answered && !(await isAsSeen(instance, pass))) return
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
