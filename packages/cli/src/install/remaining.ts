/** What stays when Orlop goes, and what keeps a namespace from going with it. */
import { redisResource } from '@orlop/api'
import { isForbidden, isNotFound, type KubeObject, keyOf, type Resource, resources } from '@orlop/kube'
import { isInstalled, type Tools } from './installed.ts'

/** Every cache of the cluster; none where the kind is not known. */
export async function allCaches({ client, signal }: Tools): Promise<KubeObject[]> {
  try {
    return (await client.list(redisResource, { signal })).items
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

/** What people keep in namespaces. Events, Leases and the like go without anybody missing them. */
const worthKeeping: readonly Resource[] = [
  redisResource,
  resources.pods,
  resources.persistentVolumeClaims,
  resources.secrets,
  resources.configMaps,
  resources.services,
  resources.statefulSets,
  resources.deployments,
  resources.jobs,
  resources.cronJobs,
  resources.serviceAccounts,
]

/** Made by Kubernetes in every namespace. */
const byTheCluster = [
  'ServiceAccount default',
  'ConfigMap kube-root-ca.crt',
  'ConfigMap openshift-service-ca.crt',
]

/** What in a namespace is nobody's of ours, as `Kind name`; a kind that one may not see counts as something. */
export async function foreignIn({ client, signal }: Tools, namespace: string): Promise<string[]> {
  const found: string[] = []
  for (const resource of worthKeeping) {
    try {
      const { items } = await client.list(resource, { namespace, signal })
      const others = items.filter((item) => !isInstalled(item) && !isOwned(item))
      found.push(...others.map((item) => `${resource.kind} ${item.metadata.name}`))
    } catch (error) {
      if (isForbidden(error)) found.push(`perhaps a ${resource.kind}, which you may not see`)
      else if (!isNotFound(error)) throw error
    }
  }
  return found.filter((name) => !byTheCluster.includes(name))
}

/** What belongs to an owner goes with it. */
function isOwned({ metadata }: KubeObject): boolean {
  return (metadata.ownerReferences ?? []).length > 0
}

export function namesOf(objects: readonly KubeObject[]): string {
  return objects.map(keyOf).sort().join(', ')
}
