/** The caches that a pass over a `Redis` reads from, and who is told when something in them changes. */
import { labels, type RedisObject, redisResource } from '@orlop/api'
import {
  type ConfigMap,
  type Informer,
  type KubeObject,
  type Manager,
  type Node,
  type PersistentVolumeClaim,
  type Pod,
  type PodDisruptionBudget,
  resources,
  type Service,
  type Source,
  type StatefulSet,
  type StorageClass,
  watches,
} from '@orlop/kube'

export interface World {
  readonly redis: Informer<RedisObject>
  readonly statefulSets: Informer<StatefulSet>
  readonly services: Informer<Service>
  readonly configMaps: Informer<ConfigMap>
  readonly budgets: Informer<PodDisruptionBudget>
  readonly pods: Informer<Pod>
  readonly claims: Informer<PersistentVolumeClaim>
  readonly nodes: Informer<Node>
  readonly storageClasses: Informer<StorageClass>
}

/** Only what Orlop made is watched: memory follows the caches, not the cluster. No namespaces: all of them. */
export function watchWorld(manager: Manager, namespaces: readonly string[]): World {
  const ours = { labelSelector: `app.kubernetes.io/managed-by=orlop,${labels.redis}` }
  return {
    redis: manager.informer(redisResource, namespaces),
    statefulSets: manager.informer(resources.statefulSets, namespaces, ours),
    services: manager.informer(resources.services, namespaces, ours),
    configMaps: manager.informer(resources.configMaps, namespaces, ours),
    budgets: manager.informer(resources.podDisruptionBudgets, namespaces, ours),
    pods: manager.informer(resources.pods, namespaces, ours),
    claims: manager.informer(resources.persistentVolumeClaims, namespaces, ours),
    nodes: manager.informer(resources.nodes),
    storageClasses: manager.informer(resources.storageClasses),
  }
}

/** What wakes the controller: the resource itself, and everything made for it. Nodes and classes are only looked up. */
export function sourcesOf(world: World): Source[] {
  return [
    watches(world.redis, keysOfRedis),
    watches(world.statefulSets, keysOfOwned),
    watches(world.services, keysOfOwned),
    watches(world.configMaps, keysOfOwned),
    watches(world.budgets, keysOfOwned),
    watches(world.pods, keysOfOwned),
    watches(world.claims, keysOfOwned),
    watches(world.nodes, () => []),
    watches(world.storageClasses, () => []),
  ]
}

function keysOfRedis(object: KubeObject, old?: KubeObject): string[] {
  // A change of the status alone is our own writing.
  if (old && old.metadata.generation === object.metadata.generation && sameMetadata(old, object)) return []
  return [`${object.metadata.namespace}/${object.metadata.name}`]
}

function sameMetadata(a: KubeObject, b: KubeObject): boolean {
  return (
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    JSON.stringify([a.metadata.annotations, a.metadata.labels]) ===
      JSON.stringify([b.metadata.annotations, b.metadata.labels])
  )
}

function keysOfOwned(object: KubeObject): string[] {
  const name = object.metadata.labels?.[labels.redis]
  return name === undefined ? [] : [`${object.metadata.namespace}/${name}`]
}
