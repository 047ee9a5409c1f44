import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redis } from '../../testing/redis.ts'
import { withDefaults } from './defaults.ts'

test('the smallest resource is a safe cache of one instance', () => {
  expect(withDefaults(redis()).spec).toEqual({
    engine: 'redis',
    version: '7.2',
    image: '',
    profile: 'cache',
    instances: 1,
    failover: {
      mode: 'none',
      sentinel: {
        instances: 3,
        placement: 'separate',
        quorum: 2,
        downAfter: '2s',
        failoverTimeout: '15s',
        parallelSyncs: 1,
      },
    },
    memory: '256Mi',
    eviction: 'allkeys-lru',
    persistence: {
      mode: 'none',
      fsync: 'everysec',
      save: '900 1 300 10 60 10000',
      storage: { size: '1Gi', storageClassName: '', retain: true },
    },
    writes: { minReplicas: 0, maxLag: '3s' },
    config: {},
    auth: { secretName: '', disabled: false },
    tls: { secretName: '', issuerRef: null },
    service: { type: 'ClusterIP', annotations: {} },
    placement: {
      spread: 'zone',
      dedicated: '',
      nodeSelector: {},
      tolerations: [],
      affinity: {},
      priorityClassName: '',
    },
    resources: { requests: {}, limits: {} },
    pod: { labels: {}, annotations: {}, imagePullSecrets: [], serviceAccountName: '' },
    monitoring: { exporter: false },
    networkPolicy: { enabled: false, allow: [] },
    paused: false,
  })
})

test('from two instances a lost primary is replaced by Sentinel', () => {
  expect(withDefaults(redis({ instances: 2 })).spec.failover.mode).toBe('sentinel')
})

test('the sentinel settings without a word and those of an empty object are the same', () => {
  const without = withDefaults(redis({ instances: 3 })).spec.failover
  expect(withDefaults(redis({ instances: 3, failover: { sentinel: {} } })).spec.failover).toEqual(without)
})

test('a store keeps its data: on disk, without eviction, and on a replica', () => {
  const { spec } = withDefaults(redis({ profile: 'store', instances: 2 }))
  expect([spec.persistence.mode, spec.eviction, spec.writes.minReplicas]).toEqual(['aof', 'noeviction', 1])
})

test('a store of one instance does not wait for replicas it cannot have', () => {
  expect(withDefaults(redis({ profile: 'store' })).spec.writes.minReplicas).toBe(0)
})

test.each([
  ['64Mi', '1Gi'],
  ['1Gi', '3Gi'],
  ['1.5Gi', '5Gi'],
])('a dataset of %s gets a volume of %s', (memory, size) => {
  expect(withDefaults(redis({ memory })).spec.persistence.storage.size).toBe(size)
})

test('what is said is kept', () => {
  const { spec } = withDefaults(
    redis({
      profile: 'store',
      instances: 3,
      failover: { mode: 'none' },
      eviction: 'volatile-ttl',
      persistence: { mode: 'none', storage: { size: '7Gi', retain: false } },
      writes: { minReplicas: 2 },
      resources: { limits: { cpu: 2 } },
    }),
  )
  expect(spec.failover.mode).toBe('none')
  expect(spec.eviction).toBe('volatile-ttl')
  expect(spec.persistence).toMatchObject({
    mode: 'none',
    storage: { size: '7Gi', retain: false, storageClassName: '' },
  })
  expect(spec.writes.minReplicas).toBe(2)
  expect(spec.resources.limits).toEqual({ cpu: '2' })
})

test('resolving twice changes nothing more', () => {
  const inputs = fc.record({
    profile: fc.constantFrom('cache' as const, 'store' as const),
    instances: fc.integer({ min: 1, max: 16 }),
    memory: fc.constantFrom('1Mi', '256Mi', '3Gi'),
  })
  fc.assert(
    fc.property(inputs, (spec) => {
      const once = withDefaults(redis(spec))
      expect(withDefaults(once)).toEqual(once)
    }),
  )
})
