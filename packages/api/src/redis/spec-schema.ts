/** What a person asks for: `spec` of the kind Redis. Defaults that follow from other fields are in defaults.ts. */
import { z } from 'zod'
import { bytes, text, textMap } from '../field.ts'
import type { RedisSpec, RedisSpecInput } from '../generated/redis-types.ts'
import { authSchema, networkPolicySchema, serviceSchema, tlsSchema, writesSchema } from './access-schema.ts'
import { failoverSchema } from './failover-schema.ts'
import { persistenceSchema } from './persistence-schema.ts'
import { placementSchema, podSchema, resourcesSchema } from './pod-schema.ts'

const evictionPolicies = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
] as const

export const specSchema: z.ZodType<RedisSpec, RedisSpecInput> = z.strictObject({
  engine: z.enum(['redis', 'valkey']).default('redis').describe('The server: redis or valkey.'),
  version: z
    .string('must be a version in quotes, such as "7.2"')
    .max(12, 'must have at most 12 characters')
    .regex(/^[0-9]{1,3}\.[0-9]{1,3}(\.[0-9]{1,3})?$/, 'must be a version such as "7.2" or "7.2.5"')
    .default('7.2')
    .describe(
      'Version of the engine, in quotes: "7.2", or "7.2.5" for one patch release. redis: 6.2, 7.0, 7.2, 7.4, 8.0. valkey: 7.2, 8.0, 8.1, 9.0, 9.1. It decides the image and which directives exist. A change restarts the instances one by one.',
    ),
  image: text(512)
    .default('')
    .describe(
      'Image instead of the one that follows from engine and version; a digest is welcome. version must say what is in it.',
    ),
  profile: z
    .enum(['cache', 'store'])
    .default('cache')
    .describe(
      'What the data is. cache: it can be computed again; nothing on disk, the least used keys make room (allkeys-lru). store: it must not get lost; an append-only file, no eviction (noeviction), and writes only while a replica follows. Only the defaults of eviction, persistence and writes follow from it.',
    ),
  instances: z
    .int()
    .min(1)
    .max(16)
    .default(1)
    .describe('Pods that hold the data: one primary, and instances-1 replicas of it.'),
  failover: failoverSchema.prefault({}).describe('Who promotes a replica when the primary is lost.'),
  memory: bytes().describe(
    'Room for the dataset of one instance (maxmemory), such as 256Mi. At least 1Mi. The memory limit of the container follows from it: the dataset is at most 70 % of it.',
  ),
  eviction: z
    .enum(evictionPolicies)
    .exactOptional()
    .describe(
      'What happens when memory is full (maxmemory-policy). noeviction: writes fail. allkeys-*: any key may go. volatile-*: only keys with an expiry. Default: allkeys-lru for profile cache, noeviction for profile store.',
    ),
  persistence: persistenceSchema.prefault({}).describe('What is written to disk, when, and where.'),
  writes: writesSchema
    .prefault({})
    .describe('When the primary refuses writes because too few replicas follow.'),
  config: textMap({ entries: 128, value: 1024 })
    .default({})
    .describe(
      'Directives of redis.conf by name, values in quotes: {hz: "20"}. Any directive of this engine and version, checked by name, type and range before a pod is touched; those that Orlop owns are refused and say which field to use. What can change live is changed live, the rest restarts the instances one by one.',
    ),
  auth: authSchema.prefault({}).describe('The password.'),
  tls: tlsSchema.prefault({}).describe('Encryption of connections.'),
  service: serviceSchema.prefault({}).describe('The Services through which clients connect.'),
  placement: placementSchema.prefault({}).describe('Where the pods run.'),
  resources: resourcesSchema
    .prefault({})
    .describe('Requests and limits of the data container; what is left out follows from memory.'),
  pod: podSchema.prefault({}).describe('Additions to the pods.'),
  monitoring: z
    .strictObject({
      exporter: z
        .boolean()
        .default(false)
        .describe('true: a container beside each instance serves its metrics to Prometheus.'),
    })
    .prefault({})
    .describe('Metrics for Prometheus.'),
  networkPolicy: networkPolicySchema.prefault({}).describe('Which pods may connect.'),
  paused: z
    .boolean()
    .default(false)
    .describe('true: Orlop looks and reports, and touches nothing. Kubernetes still replaces lost pods.'),
})
