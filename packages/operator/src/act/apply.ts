import type { KubeObject, Resource } from '@orlop/kube'
import { resources } from '@orlop/kube'
import type { Executor } from './act.ts'
import { fieldManager, type Pass } from './acting.ts'
import { isAsSeen, someoneElseServes } from './live-look.ts'

const byKind: Readonly<Record<string, Resource>> = {
  ConfigMap: resources.configMaps,
  Service: resources.services,
  StatefulSet: resources.statefulSets,
  PodDisruptionBudget: resources.podDisruptionBudgets,
  Secret: resources.secrets,
}

export const apply: Executor<'apply'> = ({ object }, pass) => applyObject(object, pass)

/**
 * The map carries the resourceVersion it was seen at: a record that changed meanwhile is a conflict, and looked at again. So is an
 * instance that is no longer what it was chosen for.
 */
export const recordPrimary: Executor<'recordPrimary'> = async ({ configMap, instance }, pass) => {
  if (!(await isAsSeen(instance, pass)) || (await someoneElseServes(instance, pass))) return
  await applyObject(configMap, pass)
}

export async function applyObject(object: KubeObject, { client, signal }: Pass): Promise<void> {
  const resource = byKind[object.kind]
  if (!resource) throw new Error(`no resource for kind ${object.kind}`)
  await client.apply(resource, object, { fieldManager, force: true, signal })
}
