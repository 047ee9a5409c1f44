import { expect, test } from 'vitest'
import { redis } from '../../testing/redis.ts'
import type { RedisSpecInput } from '../generated/redis-types.ts'
import { withDefaults } from './defaults.ts'
import { notYetSupported } from './not-yet-supported.ts'

const found = (spec: Partial<RedisSpecInput>): unknown[] =>
  notYetSupported(withDefaults(redis(spec))).map(({ field, value }) => [field, value])

test('the smallest resource uses only what is supported', () => {
  expect(found({})).toEqual([])
})

test('three instances need a word about failover, and are told which', () => {
  expect(notYetSupported(withDefaults(redis({ instances: 3 })))).toEqual([
    {
      field: 'spec.failover.mode',
      value: 'sentinel',
      remedy: 'say failover: {mode: none} until Sentinel is supported',
    },
  ])
  expect(found({ instances: 3, failover: { mode: 'none' } })).toEqual([])
})

test.each<[string, Partial<RedisSpecInput>, unknown]>([
  ['spec.failover.mode', { failover: { mode: 'operator' } }, 'operator'],
  ['spec.failover.mode', { failover: { mode: 'sentinel', sentinel: { quorum: 2 } } }, 'sentinel'],
  ['spec.tls.secretName', { tls: { secretName: 'certificate' } }, 'certificate'],
  [
    'spec.tls.issuerRef',
    { tls: { issuerRef: { name: 'ca' } } },
    { name: 'ca', kind: 'Issuer', group: 'cert-manager.io' },
  ],
  ['spec.monitoring.exporter', { monitoring: { exporter: true } }, true],
  ['spec.networkPolicy.enabled', { networkPolicy: { enabled: true } }, true],
])('%s is named when it is used', (field, spec, value) => {
  expect(found(spec)).toEqual([[field, value]])
})

test('fields said with the value that does nothing are not used', () => {
  expect(
    found({
      failover: { mode: 'none' },
      tls: { secretName: '', issuerRef: null },
      monitoring: { exporter: false },
      networkPolicy: { enabled: false, allow: [{ podSelector: {} }] },
    }),
  ).toEqual([])
})
