/** The defaults that follow from other fields (profile, instances, memory); the others stand in the schema. */
import type {
  RedisFailoverSentinel,
  RedisPersistence,
  RedisPersistenceStorage,
  RedisResourcesLimits,
  RedisSpec,
  RedisWrites,
} from '../generated/redis-types.ts'
import { formatBytes, Gi, parseQuantity, roundUp } from '../quantity.ts'
import type { Redis } from './schema.ts'

/** A `Redis` in which every field that has a value has one: what the operator and the command line work with. */
export interface ResolvedRedis extends Omit<Redis, 'spec'> {
  spec: ResolvedSpec
}

export interface ResolvedSpec
  extends Omit<RedisSpec, 'failover' | 'eviction' | 'persistence' | 'writes' | 'tls' | 'resources'> {
  failover: { mode: 'sentinel' | 'operator' | 'none'; sentinel: RedisFailoverSentinel }
  eviction: NonNullable<RedisSpec['eviction']>
  persistence: Required<Omit<RedisPersistence, 'storage'>> & { storage: Required<RedisPersistenceStorage> }
  writes: Required<RedisWrites>
  tls: { secretName: string; issuerRef: NonNullable<RedisSpec['tls']['issuerRef']> | null }
  /** Only what the resource says; `capacity` knows the memory that follows. */
  resources: { requests: Record<string, string>; limits: Record<string, string> }
}

/** As in failover-schema.ts, which gives them only where `sentinel` is written at all. */
const sentinelDefaults: RedisFailoverSentinel = {
  instances: 3,
  placement: 'separate',
  quorum: 2,
  downAfter: '2s',
  failoverTimeout: '15s',
  parallelSyncs: 1,
}

/** Total: a resolved resource resolves to itself. */
export function withDefaults(redis: Redis): ResolvedRedis {
  const { spec } = redis
  const store = spec.profile === 'store'
  return {
    ...redis,
    spec: {
      ...spec,
      failover: {
        mode: spec.failover.mode ?? (spec.instances === 1 ? 'none' : 'sentinel'),
        sentinel: spec.failover.sentinel ?? sentinelDefaults,
      },
      eviction: spec.eviction ?? (store ? 'noeviction' : 'allkeys-lru'),
      persistence: {
        ...spec.persistence,
        mode: spec.persistence.mode ?? (store ? 'aof' : 'none'),
        storage: {
          retain: true,
          storageClassName: '',
          ...spec.persistence.storage,
          size: spec.persistence.storage?.size ?? defaultVolumeSize(spec.memory),
        },
      },
      writes: {
        ...spec.writes,
        minReplicas: spec.writes.minReplicas ?? (store && spec.instances > 1 ? 1 : 0),
      },
      tls: { secretName: spec.tls.secretName, issuerRef: spec.tls.issuerRef ?? null },
      resources: { requests: asText(spec.resources.requests), limits: asText(spec.resources.limits) },
    },
  }
}

/** Rewriting an append-only file holds the old and the new one for a while, and snapshots are written beside them. */
function defaultVolumeSize(memory: string): string {
  return formatBytes(Math.max(Gi, roundUp(3 * (parseQuantity(memory) ?? 0), Gi)))
}

function asText(amounts: RedisResourcesLimits = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)]))
}
