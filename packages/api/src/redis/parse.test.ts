import { expect, test } from 'vitest'
import { problemsOf, redis, redisInput } from '../../testing/redis.ts'
import { parseRedis } from './parse.ts'

/** The smallest resource with something else in its spec, which the types would not let through. */
const withSpec = (spec: object): unknown => ({ ...redisInput(), spec: { memory: '256Mi', ...spec } })

test('memory is all that has to be said', () => {
  expect(problemsOf(redisInput())).toEqual([])
  expect(problemsOf({ ...redisInput(), spec: {} })).toEqual([
    { field: 'spec.memory', value: undefined, message: 'is required' },
  ])
})

test('an object as the API server sends it is accepted, with status and managed metadata', () => {
  const object = {
    ...redisInput(),
    metadata: {
      name: 'sessions',
      namespace: 'shop',
      uid: 'u',
      generation: 2,
      managedFields: [{ manager: 'kubectl' }],
    },
    status: { phase: 'Healthy', conditions: [], fieldOfTomorrow: 1 },
  }
  const parsed = parseRedis(object)
  expect(parsed).toMatchObject({ ok: true, redis: { metadata: object.metadata, status: object.status } })
})

test('the input is left as it is', () => {
  const input = redisInput()
  const before = structuredClone(input)
  parseRedis(input)
  expect(input).toEqual(before)
})

test.each<[string, unknown, string]>([
  ['spec.replicas', { replicas: 3 }, 'is not a field of this kind; leave it out'],
  ['spec.failover.quorum', { failover: { quorum: 2 } }, 'is not a field of this kind; leave it out'],
  [
    'spec.placement.tolerations[0].valeu',
    { placement: { tolerations: [{ valeu: 'x' }] } },
    'is not a field of this kind; leave it out',
  ],
  ['spec.instances', { instances: 0 }, 'must be at least 1'],
  ['spec.instances', { instances: 17 }, 'must be at most 16'],
  ['spec.instances', { instances: 2.5 }, 'must be of type integer'],
  ['spec.instances', { instances: '3' }, 'must be of type number'],
  ['spec.engine', { engine: 'keydb' }, 'must be redis or valkey'],
  ['spec.version', { version: 7.2 }, 'must be a version in quotes, such as "7.2"'],
  ['spec.version', { version: 'latest' }, 'must be a version such as "7.2" or "7.2.5"'],
  [
    'spec.version',
    { version: '5.0' },
    'must be, for engine redis, one of 6.2, 7.0, 7.2, 7.4, 8.0, with or without a patch number',
  ],
  [
    'spec.version',
    { engine: 'valkey', version: '7.4' },
    'must be, for engine valkey, one of 7.2, 8.0, 8.1, 9.0, 9.1, with or without a patch number',
  ],
  ['spec.memory', { memory: 268435456 }, 'must be a quantity in quotes or with a unit, such as 256Mi or 1Gi'],
  ['spec.memory', { memory: '256mb' }, 'must be a quantity of bytes, such as 256Mi, 1Gi or 0.5Gi'],
  ['spec.memory', { memory: '256' }, 'must be at least 1Mi; a number without a unit is bytes: write 256Mi'],
  ['spec.config.hz', { config: { hz: 20 } }, 'must be of type string'],
  [
    'spec.config.evict-on-expire',
    { config: { 'evict-on-expire': 'yes' } },
    'is a directive of no supported version of Redis or Valkey',
  ],
  [
    'spec.config.dsn-role',
    { config: { 'dsn-role': 'x' } },
    'is a directive of no supported version of Redis or Valkey',
  ],
  [
    'spec.config["sentinel quorum"]',
    { config: { 'sentinel quorum': '2' } },
    'is a directive of no supported version of Redis or Valkey',
  ],
  [
    'spec.config.maxmemory-polcy',
    { config: { 'maxmemory-polcy': 'x' } },
    'is a directive of no supported version of Redis or Valkey; the nearest is maxmemory-policy',
  ],
  ['spec.writes.maxLag', { writes: { maxLag: '500ms' } }, 'must be whole seconds, such as 3s'],
  [
    'spec.writes.minReplicas',
    { instances: 2, writes: { minReplicas: 2 } },
    'must be at most 1, the replicas of 2 instances',
  ],
  [
    'spec.persistence.save',
    { persistence: { save: '900 1 300' } },
    'must be pairs of seconds and changes, such as "900 1 300 10"',
  ],
  [
    'spec.resources.limits.cpu',
    { resources: { limits: { cpu: 'half' } } },
    'must be a number of cores, such as 2, "0.5" or 500m',
  ],
  ['spec.placement.tolerations', { placement: { tolerations: 'all' } }, 'must be of type array'],
  [
    'spec.failover.sentinel.downAfter',
    { failover: { mode: 'sentinel', sentinel: { downAfter: '0s' } } },
    'must be a duration such as 500ms, 2s or 1m',
  ],
  [
    'spec.failover.sentinel.quorum',
    { failover: { mode: 'sentinel', sentinel: { quorum: 4 } } },
    'must be at most 3, the number of Sentinels',
  ],
  [
    'spec.auth.secretName',
    { auth: { disabled: true, secretName: 'x' } },
    'names a password, and spec.auth.disabled is true; leave one out',
  ],
])('%s is refused in %j', (field, spec, message) => {
  expect(problemsOf(withSpec(Object(spec)))).toMatchObject([{ field, message }])
})

test.each([[undefined], [null], [1], ['text'], [[]], [{}]])('%j is refused and does not throw', (object) => {
  expect(problemsOf(object).length).toBeGreaterThan(0)
})

test('another kind or version is refused', () => {
  expect(problemsOf({ ...redisInput(), kind: 'RedisCluster' })).toMatchObject([
    { field: 'kind', message: 'must be Redis' },
  ])
  expect(problemsOf({ ...redisInput(), apiVersion: 'orlop.dev/v1' })).toMatchObject([
    { field: 'apiVersion', message: 'must be orlop.dev/v1alpha1' },
  ])
})

test('an operator older than the definition reads what it knows', () => {
  const object = {
    ...redisInput(),
    spec: { memory: '1Gi', tomorrow: {}, placement: { tolerations: [{ tomorrow: 1 }] } },
  }
  expect(problemsOf(object)).toHaveLength(2)
  const parsed = parseRedis(object, { unknownFields: 'ignore' })
  expect(parsed).toMatchObject({
    ok: true,
    redis: { spec: { memory: '1Gi', placement: { tolerations: [{}] } } },
  })
  expect(JSON.stringify(parsed)).not.toContain('tomorrow')
  expect(object.spec.tomorrow).toEqual({})
})

test('what is wrong is refused also where unknown fields are ignored', () => {
  const parsed = parseRedis(withSpec({ instances: 0, tomorrow: 1 }), { unknownFields: 'ignore' })
  expect(parsed).toMatchObject({ ok: false, problems: [{ field: 'spec.instances' }] })
})

test('every problem is named, not only the first', () => {
  const problems = problemsOf(withSpec({ instances: 0, engine: 'x', paused: 'no' }))
  expect(problems.map(({ field }) => field).sort()).toEqual(['spec.engine', 'spec.instances', 'spec.paused'])
})

test('a change that can never work is refused, and says what it was', () => {
  const old = redis({ persistence: { mode: 'aof', storage: { size: '2Gi', storageClassName: 'fast' } } })
  const changed = redisInput({
    persistence: { mode: 'aof', storage: { size: '1Gi', storageClassName: 'slow' } },
  })
  expect(problemsOf(changed)).toEqual([])
  expect(problemsOf(changed, old)).toMatchObject([
    {
      field: 'spec.persistence.storage.storageClassName',
      value: 'slow',
      message: expect.stringContaining('from "fast"'),
    },
    { field: 'spec.persistence.storage.size', value: '1Gi', message: expect.stringContaining('from 2Gi') },
  ])
})

test.each([
  ['a', true],
  ['sessions-2', true],
  ['x'.repeat(43), true],
  ['x'.repeat(44), false],
  ['2sessions', false],
  ['a.b', false],
  ['a-', false],
])('the name %s is accepted: %s', (name, accepted) => {
  expect(parseRedis(redisInput({}, name)).ok).toBe(accepted)
})
