import { resources } from '@orlop/kube'
import type { Executor } from './act.ts'
import { fieldManager } from './acting.ts'

export const growVolume: Executor<'growVolume'> = async (
  { claim, uid, size },
  { client, namespace, signal },
) => {
  await client.patch(
    resources.persistentVolumeClaims,
    { namespace, name: claim },
    { type: 'merge', body: { metadata: { uid }, spec: { resources: { requests: { storage: size } } } } },
    { fieldManager, signal },
  )
}
