/** Deletes what is in a namespace: its pods first, and the rest once they have ended (KEP 5080). */
import { type Client, type Resource, resources } from '@orlop/kube'
import { discover } from '../garbage/discovery.ts'
import type { Remains } from './conditions.ts'

export interface Emptied {
  /** What the conditions tell of; while pods end the real controller tells of nothing. */
  readonly remains: Remains
  readonly done: boolean
}

export async function empty(client: Client, namespace: string, signal: AbortSignal): Promise<Emptied> {
  const owners = (await discover(client, signal)).filter((resource) => resource.namespaced)
  const kinds = [...owners, resources.events]
  const pods = kinds.filter(({ group, plural }) => group === '' && plural === 'pods')
  const byResource = new Map<string, number>()
  const byFinalizer = new Map<string, number>()
  for (const resource of pods) {
    const left = await clear(client, resource, namespace, signal)
    if (left.length > 0) return { remains: { byResource, byFinalizer }, done: false }
  }
  for (const resource of kinds.filter((kind) => !pods.includes(kind))) {
    const left = await clear(client, resource, namespace, signal)
    if (left.length > 0) byResource.set(`${resource.plural}.${resource.group}`, left.length)
    for (const finalizer of left.flat()) byFinalizer.set(finalizer, (byFinalizer.get(finalizer) ?? 0) + 1)
  }
  return { remains: { byResource, byFinalizer }, done: byResource.size === 0 }
}

/** @returns the finalizers of each object that is left */
async function clear(
  client: Client,
  resource: Resource,
  namespace: string,
  signal: AbortSignal,
): Promise<string[][]> {
  const look = () => client.list(resource, { namespace, limit: 500, signal })
  let { items } = await look()
  if (items.some(({ metadata }) => metadata.deletionTimestamp === undefined)) {
    await client.deleteCollection(resource, { namespace, propagationPolicy: 'Background', signal })
    items = (await look()).items
  }
  return items.map(({ metadata }) => metadata.finalizers ?? [])
}
