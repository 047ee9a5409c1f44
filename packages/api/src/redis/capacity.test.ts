import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redis } from '../../testing/redis.ts'
import { Mi } from '../quantity.ts'
import { capacity, datasetShare } from './capacity.ts'
import { type ResolvedRedis, withDefaults } from './defaults.ts'

/** Also what the rules refuse: the operator may meet a resource that was made before them. */
function resolved(
  memory: string,
  resources: Partial<ResolvedRedis['spec']['resources']> = {},
): ResolvedRedis {
  const resource = withDefaults(redis())
  return {
    ...resource,
    spec: { ...resource.spec, memory, resources: { requests: {}, limits: {}, ...resources } },
  }
}

test('the dataset is at most 70 % of the limit, in whole Mi', () => {
  expect(capacity(resolved('256Mi'))).toEqual({
    maxmemoryBytes: 256 * Mi,
    limitBytes: 366 * Mi,
    requestBytes: 366 * Mi,
    problems: [],
  })
})

test('the computed limit always has room, and never a Mi more than needed', () => {
  fc.assert(
    fc.property(fc.integer({ min: Mi, max: 2 ** 42 }), (bytes) => {
      const { limitBytes, problems } = capacity(resolved(String(bytes)))
      expect(problems).toEqual([])
      expect(bytes).toBeLessThanOrEqual(limitBytes * datasetShare)
      expect(bytes).toBeGreaterThan((limitBytes - Mi) * datasetShare - 1)
    }),
  )
})

test('a limit that is given counts, and the request follows it', () => {
  expect(capacity(resolved('256Mi', { limits: { memory: '1Gi' } }))).toMatchObject({
    limitBytes: 1024 * Mi,
    requestBytes: 1024 * Mi,
    problems: [],
  })
})

test('a request may be less than the limit', () => {
  expect(capacity(resolved('256Mi', { requests: { memory: '300Mi' } }))).toMatchObject({
    limitBytes: 366 * Mi,
    requestBytes: 300 * Mi,
    problems: [],
  })
})

test('a limit without room is a problem that says what would do', () => {
  const { problems } = capacity(resolved('256Mi', { limits: { memory: '300Mi' } }))
  expect(problems).toEqual([
    {
      field: 'spec.resources.limits.memory',
      value: '300Mi',
      message:
        'must be at least 366Mi, so that spec.memory 256Mi is at most 70 % of it; or lower spec.memory to 210Mi',
    },
  ])
})

test('a limit of exactly memory / 0.7 has room', () => {
  expect(capacity(resolved('70Mi', { limits: { memory: '100Mi' } })).problems).toEqual([])
})

test('a request above the limit is a problem', () => {
  const { problems } = capacity(resolved('256Mi', { requests: { memory: '2Gi' } }))
  expect(problems.map(({ field, value }) => [field, value])).toEqual([
    ['spec.resources.requests.memory', '2Gi'],
  ])
})

test('256 without a unit is 256 bytes, and too little', () => {
  expect(capacity(resolved('256')).problems).toMatchObject([{ field: 'spec.memory', value: '256' }])
})
