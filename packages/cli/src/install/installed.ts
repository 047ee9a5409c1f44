/** What `orlop install` made in a cluster: found by its label, whatever version of it that was. */
import { labels } from '@orlop/api'
import { type Client, isForbidden, isNotFound, type KubeObject, type Resource, resources } from '@orlop/kube'
import { installedKinds } from './kinds.ts'
import { installationLabel, installer } from './manifest.ts'
import { watchedNamespaces } from './namespaced.ts'

export interface Tools {
  readonly client: Client
  readonly signal: AbortSignal
}

export interface Found {
  readonly resource: Resource
  readonly object: KubeObject
}

/** Namespaces have names of at most 63 characters, so one is a label, too. */
function selectorFor(namespace: string): string {
  return `${labels.managedBy}=${installer},${installationLabel}=${namespace}`
}

/** Of one operator: its own namespace, those that it was told to look after, and what has no namespace; without the definitions. */
export async function findInstalled(tools: Tools, namespace: string): Promise<Found[]> {
  const found: Found[] = []
  for (const resource of installedKinds) {
    // Those serve every operator of the cluster.
    if (resource === resources.customResourceDefinitions) continue
    for (const object of await listed(tools, resource, namespace)) found.push({ resource, object })
  }
  return found
}

async function listed(tools: Tools, resource: Resource, namespace: string): Promise<KubeObject[]> {
  const { client, signal } = tools
  const labelSelector = selectorFor(namespace)
  try {
    return (await client.list(resource, { labelSelector, signal })).items
  } catch (error) {
    if (!isForbidden(error) || !resource.namespaced) throw error
  }
  // Who may not look everywhere looks where the operator does.
  const items: KubeObject[] = []
  for (const one of await placesOf(tools, namespace)) {
    items.push(...(await client.list(resource, { labelSelector, namespace: one, signal })).items)
  }
  return items
}

async function placesOf({ client, signal }: Tools, namespace: string): Promise<Set<string>> {
  const where = { namespace, name: 'orlop-operator' }
  const deployment = await client.get(resources.deployments, where, { signal }).catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  return new Set([namespace, ...(deployment === undefined ? [] : watchedNamespaces(deployment))])
}

/** Whether `orlop install` made it. */
export function isInstalled({ metadata }: KubeObject): boolean {
  return metadata.labels?.[labels.managedBy] === installer
}
