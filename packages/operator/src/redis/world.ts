/** The caches that a pass over a `Redis` reads from, and who is told when something in them changes. */
import { labels, type RedisObject, redisResource } from '@orlop/api'
import {
  type ConfigMap,
  type KubeObject,
  type Manager,
  type Node,
  type PersistentVolumeClaim,
  type Pod,
  type PodDisruptionBudget,
  type Reflector,
  resources,
  type Service,
  type Source,
  type StatefulSet,
  type StorageClass,
  watches,
} from '@orlop/kube'

export interface World {
  readonly redis: Reflector<RedisObject>
  readonly statefulSets: Reflector<StatefulSet>
  readonly services: Reflector<Service>
  readonly configMaps: Reflector<ConfigMap>
  readonly budgets: Reflector<PodDisruptionBudget>
  readonly pods: Reflector<Pod>
  readonly claims: Reflector<PersistentVolumeClaim>
  readonly nodes: Reflector<Node>
  readonly storageClasses: Reflector<StorageClass>
}

/** Only what Orlop made is watched: memory follows the caches, not the cluster. */
export function watchWorld(manager: Manager, namespace: string | undefined): World {
  const scope = namespace === undefined ? {} : { namespace }
  const ours = { ...scope, labelSelector: `app.kubernetes.io/managed-by=orlop,${labels.redis}` }
  return {
    redis: manager.reflector(redisResource, scope),
    statefulSets: manager.reflector(resources.statefulSets, ours),
    services: manager.reflector(resources.services, ours),
    configMaps: manager.reflector(resources.configMaps, ours),
    budgets: manager.reflector(resources.podDisruptionBudgets, ours),
    pods: manager.reflector(resources.pods, ours),
    claims: manager.reflector(resources.persistentVolumeClaims, ours),
    nodes: manager.reflector(resources.nodes, {}),
    storageClasses: manager.reflector(resources.storageClasses, {}),
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
