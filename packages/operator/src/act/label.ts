import { isNotFound, resources } from '@orlop/kube'
import type { Executor } from './act.ts'
import { fieldManager } from './acting.ts'

/** By merge with the uid as a precondition: a pod that was replaced under the same name gets its own labels later. */
export const label: Executor<'label'> = async ({ instance, uid, labels }, { client, namespace, signal }) => {
  try {
    await client.patch(
      resources.pods,
      { namespace, name: instance },
      { type: 'merge', body: { metadata: { uid, labels } } },
      { fieldManager, signal },
    )
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
