/** Small worlds for tests of the plan: a resource and an Observation of it, told in the words of the test. */
import { parseRedis, type RedisInput, type ResolvedRedis, withDefaults } from '@orlop/api'
import { directives, normalise } from '@orlop/redis'
import type { Action } from '../src/action.ts'
import type { NodeView } from '../src/observe/answer.ts'
import { nowhere } from '../src/observe/answer.ts'
import { buildBudget } from '../src/redis/build/budget.ts'
import { liveDirectives } from '../src/redis/build/config.ts'
import { buildConfigMap } from '../src/redis/build/config-map.ts'
import { announcedHost } from '../src/redis/build/names.ts'
import { bindingRevision, buildBindingSecret } from '../src/redis/build/secrets.ts'
import { buildServices } from '../src/redis/build/services.ts'
import { buildStatefulSet, podHashAnnotation, podPartsAnnotation } from '../src/redis/build/stateful-set.ts'
import type { Instance, Observation, PodView } from '../src/redis/observation.ts'
import { plan } from '../src/redis/plan.ts'

export function sessions(spec: Partial<RedisInput['spec']> = {}): ResolvedRedis {
  const parsed = parseRedis({
    apiVersion: 'orlop.dev/v1alpha1',
    kind: 'Redis',
    metadata: { name: 'sessions', namespace: 'default', uid: 'redis-uid', generation: 1 },
    spec: { memory: '64Mi', instances: 3, failover: { mode: 'none' }, version: '7.0', ...spec },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return withDefaults(parsed.redis)
}

export function actionsOf(resource: ResolvedRedis, seen: Observation): readonly Action[] {
  const { decision } = plan(resource, seen)
  return decision.kind === 'act' ? decision.actions : []
}

type Change = (instance: Instance, redis: ResolvedRedis) => Instance
type Changes = Readonly<Record<string, Change>>

/** Everything as it is when `redis` has long been running, with sessions-0 as the primary; then the changes. */
export function running(
  redis: ResolvedRedis,
  changes: Changes = {},
  more: Partial<Observation> = {},
): Observation {
  const record = 'record' in more ? more.record : 'sessions-0'
  const count = more.statefulSet?.spec?.replicas ?? redis.spec.instances
  const instances = Array.from({ length: count }, (_, ordinal) => {
    const instance = settled(redis, ordinal)
    return changes[instance.name]?.(instance, redis) ?? instance
  })
  return {
    statefulSet: buildStatefulSet(redis, count),
    configMap: buildConfigMap(redis, record, '7'),
    services: Object.fromEntries(buildServices(redis).map((s) => [s.metadata.name, s])),
    budget: buildBudget(redis),
    auth: { state: 'present', secret: 'sessions-auth', revision: 'r1' },
    binding: {
      metadata: { ...buildBindingSecret(redis, 'r1').metadata, annotations: { [bindingRevision]: 'r1' } },
    },
    instances,
    leftovers: [],
    record,
    ...more,
  }
}

function settled(redis: ResolvedRedis, ordinal: number): Instance {
  const name = `sessions-${ordinal}`
  const primary = ordinal === 0
  const template = buildStatefulSet(redis, 1).spec?.template.metadata?.annotations ?? {}
  const pod: PodView = {
    uid: `uid-${ordinal}`,
    resourceVersion: '1',
    ip: `10.244.1.${10 + ordinal}`,
    node: 'node-1',
    zone: 'zone-1',
    phase: 'Running',
    ready: true,
    deleting: false,
    running: true,
    restarts: 0,
    labels: {
      'orlop.dev/role': primary ? 'primary' : 'replica',
      'orlop.dev/reads': String(!primary || redis.spec.instances === 1),
    },
    hash: template[podHashAnnotation],
    parts: template[podPartsAnnotation],
    trouble: undefined,
  }
  return {
    name,
    ordinal,
    pod,
    claim: undefined,
    answer: { ok: true, value: viewFor(redis, ordinal, primary) },
  }
}

function viewFor(redis: ResolvedRedis, ordinal: number, primary: boolean): NodeView {
  return {
    engine: redis.spec.engine,
    version: '7.0.15',
    runId: `run-${ordinal}`,
    role: primary ? 'primary' : 'replica',
    fenced: false,
    primaryHost: primary ? undefined : announcedHost(redis, 'sessions-0'),
    primaryPort: primary ? undefined : 6379,
    linkUp: !primary,
    heardAgo: 0,
    syncing: false,
    offset: 1000,
    replId: 'history-1',
    replicas: primary
      ? Array.from({ length: redis.spec.instances - 1 }, (_, i) => ({
          host: announcedHost(redis, `sessions-${i + 1}`),
          online: true,
          offset: 1000,
          lag: 0,
        }))
      : [],
    failoverInProgress: false,
    keys: 10,
    memoryUsed: 2_000_000,
    memoryMax: 64 << 20,
    config: {
      ...liveConfig(redis),
      'min-replicas-to-write': String(Math.min(redis.spec.writes.minReplicas, redis.spec.instances - 1)),
    },
  }
}

function liveConfig(redis: ResolvedRedis): Record<string, string> {
  const known = directives(redis.spec.engine, redis.spec.version)
  return Object.fromEntries(
    Object.entries(liveDirectives(redis)).map(([name, value]) => {
      const directive = known.get(name)
      return [name, directive ? normalise(directive, value) : value]
    }),
  )
}

/** Changes what the instance says of itself. */
export function says(change: Partial<NodeView>): Change {
  return (instance) =>
    instance.answer.ok
      ? { ...instance, answer: { ok: true, value: { ...instance.answer.value, ...change } } }
      : instance
}

export const behindBy = (bytes: number): Change => says({ offset: 1000 - bytes })
export const asPrimary: Change = says({
  role: 'primary',
  primaryHost: undefined,
  primaryPort: undefined,
  linkUp: false,
})
export const fenced: Change = says({
  role: 'replica',
  fenced: true,
  primaryHost: nowhere.host,
  primaryPort: nowhere.port,
  linkUp: false,
  replicas: [],
})
export const empty: Change = says({ keys: 0, offset: 0, replId: 'history-2' })
export const linkDown: Change = says({ linkUp: false })

export function following(name: string): Change {
  return (instance, redis) =>
    says({
      role: 'replica',
      primaryHost: announcedHost(redis, name),
      primaryPort: 6379,
      linkUp: true,
      replicas: [],
    })(instance, redis)
}

/** Does not answer; its process runs. */
export const silent: Change = (instance) => ({
  ...instance,
  answer: { ok: false, code: 'TimedOut', message: 'no answer within 1000 ms' },
})

/** Its process has ended, and with it what was only in memory. */
export const dead: Change = (instance, redis) => ({
  ...silent(instance, redis),
  pod: instance.pod && { ...instance.pod, running: false, ready: false },
})

export const missing: Change = (instance) => ({
  ...instance,
  pod: undefined,
  answer: { ok: false, code: 'NoAddress', message: 'its pod has no address' },
})

export function pod(change: Partial<PodView>): Change {
  return (instance) => ({ ...instance, pod: instance.pod && { ...instance.pod, ...change } })
}

/** Has a volume, so that data may be there though nobody answers. */
export const withVolume: Change = (instance) => ({
  ...instance,
  claim: {
    name: `data-${instance.name}`,
    uid: `claim-${instance.ordinal}`,
    bound: true,
    requested: '1Gi',
    capacity: '1Gi',
    storageClass: 'standard',
    expandable: true,
  },
})

export function both(...changes: readonly Change[]): Change {
  return (instance, redis) => changes.reduce((current, change) => change(current, redis), instance)
}
