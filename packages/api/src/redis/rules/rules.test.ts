import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateRules } from '../../../testing/cel.ts'
import { redis, redisInput } from '../../../testing/redis.ts'
import { directiveNames } from '../../generated/directive-names.ts'
import type { RedisSpecInput } from '../../generated/redis-types.ts'
import { redisJsonSchema } from '../crd.ts'
import { type Redis, RedisSchema } from '../schema.ts'
import { brokenRules, redisRules } from './rules.ts'

const schema = redisJsonSchema()

/** With the schema's defaults, and whatever the rules say of it. */
const unruled = (spec: Partial<RedisSpecInput>, name?: string): Redis =>
  RedisSchema.parse(redisInput(spec, name))

describe('the smallest resource breaks no rule', () => {
  test('in CEL', () => expect(evaluateRules(schema, redis())).toEqual([]))
  test('in TypeScript', () => expect(brokenRules(redis())).toEqual([]))
})

const storage = (size: string, storageClassName = ''): Partial<RedisSpecInput> => ({
  persistence: { storage: { size, storageClassName } },
})

/** What breaks exactly one rule, the field it is about, and words of the message that the API server gives. */
const broken: [
  field: string,
  message: string,
  spec: Partial<RedisSpecInput>,
  old?: Partial<RedisSpecInput>,
][] = [
  [
    'spec.config.evict-on-expire',
    'has "evict-on-expire"',
    { config: { hz: '10', 'evict-on-expire': 'yes' } },
  ],
  ['spec.config.dsn-role', 'has "dsn-role"', { config: { 'dsn-role': 'primary' } }],
  ['spec.config["sentinel quorum"]', 'has "sentinel quorum"', { config: { 'sentinel quorum': '2' } }],
  ['spec.config.MAXMEMORY', 'has "MAXMEMORY"', { config: { MAXMEMORY: '1' } }],
  ['spec.version', 'spec.version is "9.0"; for engine redis', { version: '9.0' }],
  ['spec.version', 'spec.version is "6.2"; for engine valkey', { engine: 'valkey', version: '6.2' }],
  ['spec.memory', 'spec.memory is "256"', { memory: '256' }],
  ['spec.resources.limits.memory', '256Mi, more than 70 %', { resources: { limits: { memory: '365Mi' } } }],
  ['spec.writes.minReplicas', 'less than spec.instances', { writes: { minReplicas: 1 } }],
  ['spec.failover.sentinel', 'mode is not sentinel', { failover: { sentinel: {} } }],
  [
    'spec.failover.sentinel',
    'mode is not sentinel',
    { instances: 3, failover: { mode: 'none', sentinel: {} } },
  ],
  ['spec.failover.sentinel.quorum', 'at most', { instances: 3, failover: { sentinel: { quorum: 4 } } }],
  ['spec.auth.secretName', 'disabled', { auth: { disabled: true, secretName: 'password' } }],
  ['spec.pod.labels["a b"]', 'has "a b"', { pod: { labels: { 'a b': '' } } }],
  [
    'spec.pod.labels["orlop.dev/role"]',
    'has "orlop.dev/role"',
    { pod: { labels: { 'orlop.dev/role': 'primary' } } },
  ],
  ['spec.pod.annotations["/x"]', 'has "/x"', { pod: { annotations: { '/x': '' } } }],
  ['spec.service.annotations[""]', 'has ""', { service: { annotations: { '': '' } } }],
  ['spec.placement.nodeSelector["a/b/c"]', 'has "a/b/c"', { placement: { nodeSelector: { 'a/b/c': '' } } }],
  ['spec.persistence.storage.size', 'from 2Gi to 1Gi', storage('1Gi'), storage('2Gi')],
  ['spec.persistence.storage.storageClassName', 'from "a" to "b"', storage('1Gi', 'b'), storage('1Gi', 'a')],
  ['spec.persistence.storage.storageClassName', 'from "" to "b"', storage('1Gi', 'b'), storage('1Gi')],
]

test.each(broken)('%s: %s', (field, message, spec, old) => {
  const before = old && unruled(old)
  expect(evaluateRules(schema, unruled(spec), before)).toEqual([expect.stringContaining(message)])
  expect(brokenRules(unruled(spec), before)).toMatchObject([{ field }])
})

test.each<[string, Partial<RedisSpecInput>, Partial<RedisSpecInput>?]>([
  ['a patch release', { version: '7.2.5' }],
  ['valkey 9.0', { engine: 'valkey', version: '9.0' }],
  ['a limit of exactly what is needed', { memory: '70Mi', resources: { limits: { memory: '100Mi' } } }],
  ['as many replicas as there can be', { instances: 3, writes: { minReplicas: 2 } }],
  ['Sentinel by default', { instances: 2, failover: { sentinel: { quorum: 3 } } }],
  ['Sentinel at one instance, when said', { failover: { mode: 'sentinel', sentinel: {} } }],
  ['labels of a person', { pod: { labels: { team: 'shop', 'example.com/tier': 'cache' } } }],
  ['directives of redis.conf', { config: { hz: '20', 'notify-keyspace-events': 'Ex' } }],
  ['a volume that grows', storage('2Gi', 'a'), storage('1Gi', 'a')],
  ['the same size in other words', storage('1024Mi'), storage('1Gi')],
  ['a volume where there was none', storage('1Gi', 'a'), {}],
])('%s breaks no rule', (_, spec, old) => {
  const before = old && unruled(old)
  expect(evaluateRules(schema, unruled(spec), before)).toEqual([])
  expect(brokenRules(unruled(spec), before)).toEqual([])
})

test('every directive is known to both', () => {
  const all = unruled({ config: Object.fromEntries(directiveNames.slice(0, 128).map((name) => [name, '1'])) })
  expect(evaluateRules(schema, all)).toEqual([])
  expect(brokenRules(all)).toEqual([])
})

const amount = fc
  .tuple(fc.integer({ min: 0, max: 3000 }), fc.constantFrom('', 'k', 'M', 'Mi', 'Gi'))
  .map((p) => p.join(''))
const anySpec = fc.record(
  {
    engine: fc.constantFrom('redis' as const, 'valkey' as const),
    version: fc.constantFrom('6.2', '7.2', '7.2.4', '7.4', '8.1', '9.0', '72.1'),
    instances: fc.integer({ min: 1, max: 16 }),
    memory: amount,
    writes: fc.record({ minReplicas: fc.integer({ min: 0, max: 15 }) }, { requiredKeys: [] }),
    resources: fc.record(
      { limits: fc.record({ memory: amount }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
    persistence: fc.record({
      storage: fc.record({ size: amount, storageClassName: fc.constantFrom('', 'a', 'b') }),
    }),
    config: fc.dictionary(fc.constantFrom('hz', 'HZ', 'save', 'x', 'dsn-role', 'timeout'), fc.constant('1')),
    auth: fc.record({ disabled: fc.boolean(), secretName: fc.constantFrom('', 'x') }),
  },
  { requiredKeys: ['memory'] },
)

test('CEL and TypeScript agree on any resource and on any change', () => {
  fc.assert(
    fc.property(anySpec, anySpec, (spec, old) => {
      const [after, before] = [unruled(spec), unruled(old)]
      const inTypeScript = redisRules.filter((rule) => rule.problems(after, before).length > 0)
      expect(evaluateRules(schema, after, before)).toHaveLength(inTypeScript.length)
    }),
    { numRuns: 150 },
  )
})
