/** Gathers everything a pass over one `Redis` needs: from the caches, and by asking the instances, each with a deadline. */
import { labels, type ResolvedRedis, redisResource } from '@orlop/api'
import { controllerOf, type KubeObject, type Pod, type Secret } from '@orlop/kube'
import { mapBounded } from '../bounded.ts'
import type { Answer, NodeView } from '../observe/answer.ts'
import { type Nodes, silent } from '../observe/node.ts'
import { type Password, passwordOf } from '../observe/password.ts'
import type { Secrets } from '../observe/secrets.ts'
import { liveDirectives } from './build/config.ts'
import { recordKey } from './build/config-map.ts'
import {
  authSecretName,
  bindingName,
  budgetName,
  claimName,
  configMapName,
  instanceName,
  ordinalOf,
  redisPort,
  statefulSetName,
} from './build/names.ts'
import { passwordSecretOf } from './build/stateful-set.ts'
import type { AuthState, ClaimView, Instance, Observation } from './observation.ts'
import { podView } from './pod-view.ts'
import type { World } from './world.ts'

export interface Observer {
  readonly world: World
  readonly nodes: Nodes
  readonly secrets: Secrets
}

export interface Observed {
  readonly seen: Observation
  /** Kept beside the Observation, which may be printed. */
  readonly password: string | undefined
}

/** Instances asked at the same time. */
const asking = 16

export async function observe(redis: ResolvedRedis, from: Observer, signal: AbortSignal): Promise<Observed> {
  const { world } = from
  const namespace = redis.metadata.namespace ?? 'default'
  const key = (name: string): string => `${namespace}/${name}`
  const statefulSet = world.statefulSets.store.get(key(statefulSetName(redis)))
  const wanted = redis.spec.auth.disabled ? undefined : authSecretName(redis)
  // What runs keeps the password that it was made with, whatever the resource says by now.
  const used = statefulSet ? passwordSecretOf(statefulSet) : wanted
  const read = async (name: string | undefined): Promise<Secret | undefined> =>
    name === undefined ? undefined : from.secrets.get(namespace, name, signal)
  const [auth, other, binding] = await Promise.all([
    read(wanted),
    used === wanted ? undefined : read(used),
    read(bindingName(redis)),
  ])
  const password = wanted === undefined ? undefined : passwordOf(auth, wanted)
  // What is wrong with it is mended by a person, who wants to see that at once.
  if (password?.state === 'invalid' && wanted !== undefined) from.secrets.forget(namespace, wanted)
  const configMap = world.configMaps.store.get(key(configMapName(redis)))
  const inUse = used === wanted ? password : used === undefined ? undefined : passwordOf(other, used)
  const secret = inUse?.state === 'present' ? inUse.value : undefined
  const pods = podsOf(redis, world.pods.store.list(namespace))
  const record = configMap?.data?.[recordKey]
  const count = Math.max(
    redis.spec.instances,
    statefulSet?.spec?.replicas ?? 0,
    ...[...pods.keys()].map((o) => o + 1),
  )
  const ordinals = Array.from({ length: count }, (_, ordinal) => ordinal)
  const directives = [...Object.keys(liveDirectives(redis)), 'min-replicas-to-write']
  const instances = await mapBounded(ordinals, asking, async (ordinal): Promise<Instance> => {
    const name = instanceName(redis, ordinal)
    const pod = pods.get(ordinal)
    return {
      name,
      ordinal,
      pod: pod && podView(pod, zoneOf(world, pod)),
      claim: claimOf(world, namespace, claimName(name)),
      answer: await ask(from.nodes, pod, secret, directives, signal),
    }
  })
  if (instances.some((i) => !i.answer.ok && i.answer.code === 'WrongPassword')) {
    if (used !== undefined) from.secrets.forget(namespace, used)
  }
  const leftovers = [auth, binding, statefulSet, configMap].filter((object) => isLeftover(redis, object))
  for (const object of leftovers) {
    if (object?.kind === 'Secret') from.secrets.forget(namespace, object.metadata.name)
  }
  const services = world.services.store
    .list(namespace)
    .filter((s) => s.metadata.labels?.[labels.redis] === redis.metadata.name)
  return {
    password: secret,
    seen: {
      statefulSet,
      configMap,
      services: Object.fromEntries(services.map((service) => [service.metadata.name, service])),
      budget: world.budgets.store.get(key(budgetName(redis))),
      auth: authState(redis, password),
      binding: binding && { metadata: binding.metadata },
      instances,
      leftovers: leftovers.flatMap((object) => (object ? [`${object.kind} ${object.metadata.name}`] : [])),
      record: record === undefined || record === '' ? undefined : record,
    },
  }
}

/** Owned by another resource, which can only be one of the same name that was deleted. */
function isLeftover(redis: ResolvedRedis, object: KubeObject | undefined): boolean {
  const owner = object && controllerOf(object)
  return owner !== undefined && owner.kind === redisResource.kind && owner.uid !== redis.metadata.uid
}

function authState(redis: ResolvedRedis, password: Password | undefined): AuthState {
  const secret = authSecretName(redis)
  if (!password) return { state: 'disabled' }
  if (password.state === 'present') return { state: 'present', secret, revision: password.revision }
  if (password.state === 'missing') return { state: 'missing', secret }
  return { state: 'invalid', secret, message: password.message }
}

function podsOf(redis: ResolvedRedis, pods: readonly Pod[]): Map<number, Pod> {
  const found = new Map<number, Pod>()
  for (const pod of pods) {
    if (pod.metadata.labels?.[labels.redis] !== redis.metadata.name) continue
    const ordinal = ordinalOf(redis, pod.metadata.name)
    if (ordinal !== undefined) found.set(ordinal, pod)
  }
  return found
}

async function ask(
  nodes: Nodes,
  pod: Pod | undefined,
  password: string | undefined,
  directives: readonly string[],
  signal: AbortSignal,
): Promise<Answer<NodeView>> {
  const host = pod?.status?.podIP
  if (host === undefined || host === '') return silent('NoAddress', 'its pod has no address')
  return nodes.view(
    { host, port: redisPort, ...(password === undefined ? {} : { password }) },
    directives,
    signal,
  )
}

function zoneOf(world: World, pod: Pod): string | undefined {
  const node = pod.spec?.nodeName === undefined ? undefined : world.nodes.store.get(pod.spec.nodeName)
  return node?.metadata.labels?.['topology.kubernetes.io/zone']
}

function claimOf(world: World, namespace: string, name: string): ClaimView | undefined {
  const claim = world.claims.store.get(`${namespace}/${name}`)
  if (!claim) return undefined
  const storageClass = claim.spec?.storageClassName
  const found = storageClass === undefined ? undefined : world.storageClasses.store.get(storageClass)
  return {
    name,
    uid: claim.metadata.uid ?? '',
    bound: claim.status?.phase === 'Bound',
    requested: claim.spec?.resources?.requests?.['storage'] ?? '0',
    capacity: claim.status?.capacity?.['storage'],
    storageClass,
    expandable: found?.allowVolumeExpansion === true,
  }
}
