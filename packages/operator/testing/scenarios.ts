/** What users do with caches and what happens to these, as scenarios of the fault harness. */
import { type RedisObject, redisResource } from '@orlop/api'
import type { Scenario, Step } from '@orlop/drydock/testing'
import { type KubeObject, resources } from '@orlop/kube'
import { Cache, type Spec } from './cache.ts'
import { operatorSubject } from './subject.ts'
import { harmOf } from './truth.ts'

type Settings = Readonly<Record<string, string>>

/** An edit of the resource, after a client has written a key. */
export function edit(
  title: string,
  spec: Spec,
  settings: Settings = {},
  more: Partial<Step<Cache>> = {},
): Step<Cache> {
  return {
    name: title,
    do: async (cache) => {
      await cache.write(title)
      await cache.apply(spec)
    },
    settled: (cache) => cache.trouble(Number(spec['instances']), settings),
    ...more,
  }
}

/** Something breaks; the instances and settings are to be as before. */
function fault(title: string, happens: (cache: Cache) => Promise<void>, instances: number): Step<Cache> {
  return {
    name: title,
    do: async (cache) => {
      await cache.write(title)
      await happens(cache)
    },
    settled: (cache) => cache.trouble(instances),
    needsSubject: true,
  }
}

const deletion: Step<Cache> = {
  name: 'delete',
  do: (cache) => cache.remove(),
  settled: (cache) => cache.remains(),
}

const killPrimary = (cache: Cache): Promise<void> => cache.killPrimary()

const common = {
  subject: operatorSubject,
  open: (stage: ConstructorParameters<typeof Cache>[0]) => new Cache(stage),
  inspect: async (cache: Cache) => [
    ...(await cache.missing()),
    ...(await cache.truth())
      .map(({ role, linkUp, attached }) => ({ role, linkUp, attached }))
      .sort((a, b) => a.role.localeCompare(b.role)),
  ],
  kinds: [
    redisResource,
    resources.pods,
    resources.statefulSets,
    resources.services,
    resources.endpointSlices,
    resources.configMaps,
    resources.secrets,
    resources.podDisruptionBudgets,
    resources.persistentVolumeClaims,
    resources.persistentVolumes,
  ],
  mask,
  look: (cache: Cache, n: number) => cache.poke(String(n)),
  wrong: harmOf,
} satisfies Partial<Scenario<Cache>>

const memory = { version: '7.0', memory: '32Mi', failover: { mode: 'none' } }
const changes = { hz: '25', databases: '20' }

/** In memory only. */
export const inMemory: Scenario<Cache> = {
  ...common,
  name: 'memory',
  steps: [
    edit('create', { ...memory, instances: 3 }),
    edit('scale in', { ...memory, instances: 1 }),
    edit('scale out', { ...memory, instances: 3 }),
    edit('change live', { ...memory, instances: 3, config: { hz: '25' } }, { hz: '25' }),
    edit('change by restart', { ...memory, instances: 3, config: changes }, changes),
    fault('kill -9 of the primary', killPrimary, 3),
    fault(
      'all pods at once',
      async (cache) => {
        cache.forget()
        await cache.deleteAllPods()
      },
      3,
    ),
    edit(
      'edit labels',
      { ...memory, instances: 3, config: changes, pod: { labels: { team: 'blue' } } },
      changes,
      {
        quiet: true,
      },
    ),
    deletion,
  ],
}

const durable = {
  ...memory,
  persistence: { mode: 'aof', fsync: 'always', storage: { size: '1Gi', retain: true } },
}

/** With an append-only file; the volumes stay when it is deleted. */
export const appendOnly: Scenario<Cache> = {
  ...common,
  name: 'aof',
  steps: [
    edit('create', { ...durable, instances: 3 }),
    fault('kill -9 of the primary', killPrimary, 3),
    edit('change by restart', { ...durable, instances: 3, config: changes }, changes),
    edit('scale in', { ...durable, instances: 1, config: changes }, changes),
    edit('scale out', { ...durable, instances: 3, config: changes }, changes),
    fault('all pods at once', (cache) => cache.deleteAllPods(), 3),
    edit(
      'grow the volumes',
      {
        ...durable,
        instances: 3,
        config: changes,
        persistence: { ...durable.persistence, storage: { size: '2Gi', retain: true } },
      },
      changes,
      { quiet: true },
    ),
    deletion,
  ],
}

const snapshots = { ...memory, persistence: { mode: 'rdb', storage: { size: '1Gi', retain: false } } }

/** With snapshots; the volumes go with it. */
export const withSnapshots: Scenario<Cache> = {
  ...common,
  name: 'rdb',
  steps: [
    edit('create', { ...snapshots, instances: 2 }),
    fault('kill -9 of the primary', killPrimary, 2),
    edit('change live', { ...snapshots, instances: 2, config: { hz: '25' } }, { hz: '25' }, { quiet: true }),
    deletion,
  ],
}

export const scenarios: readonly Scenario<Cache>[] = [inMemory, appendOnly, withSnapshots]

/** Which of several instances is the primary may differ from run to run; everything else may not. */
function mask(object: KubeObject): unknown {
  const { kind, metadata } = object
  const { name, labels, ownerReferences } = metadata
  const who = { name, ownerReferences }
  const at = (...path: string[]): unknown => path.reduce<unknown>(property, object)
  switch (kind) {
    case 'Redis':
      return { spec: at('spec'), status: statusOf(object) }
    case 'Pod':
      return { ...who, phase: at('status', 'phase'), team: labels?.['team'] }
    case 'StatefulSet':
      return { ...who, replicas: at('spec', 'replicas'), ready: at('status', 'readyReplicas') }
    case 'Service':
      return { ...who, labels, selector: at('spec', 'selector'), ports: at('spec', 'ports') }
    case 'EndpointSlice':
      return { of: ownerReferences?.map((o) => o.name), addresses: list(at('endpoints')).length }
    case 'ConfigMap':
      return { ...who, data: Object.entries(Object(at('data'))).filter(([key]) => key !== 'primary') }
    case 'Secret':
      return { ...who, keys: Object.keys(Object(at('data'))) }
    case 'PodDisruptionBudget':
      return { ...who, spec: at('spec'), healthy: at('status', 'currentHealthy') }
    case 'PersistentVolumeClaim':
      return { ...who, spec: at('spec', 'resources'), phase: at('status', 'phase') }
    default:
      return {
        claim: at('spec', 'claimRef', 'name'),
        capacity: at('spec', 'capacity'),
        phase: at('status', 'phase'),
      }
  }
}

function statusOf(object: KubeObject & Pick<RedisObject, 'status'>): unknown {
  const { status } = object
  return {
    phase: status?.phase,
    conditions: status?.conditions?.map(({ type, status, reason }) => ({ type, status, reason })),
    instances: status?.instances?.map(({ role, state }) => `${role} ${state}`).sort(),
  }
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([k]) => k === key)?.[1]
    : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
