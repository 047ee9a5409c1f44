import type { RedisObject } from '@orlop/api'
import { expect, test } from 'vitest'
import { renderStatus } from './status.ts'

const now = Date.parse('2026-01-01T12:00:00Z')

const sessions: RedisObject = {
  apiVersion: 'orlop.dev/v1alpha1',
  kind: 'Redis',
  metadata: { name: 'sessions', namespace: 'shop', creationTimestamp: '2026-01-01T09:00:00Z' },
  spec: { engine: 'valkey', version: '8.1', instances: 3, memory: '64Mi' },
  status: {
    phase: 'Healthy',
    instancesReady: '3/3',
    memory: '12% of 67.1 MB',
    conditions: [condition('True')],
    instances: [
      { pod: 'sessions-0', role: 'replica', state: 'in sync', zone: 'zone-1', version: '8.1.1', lag: 0 },
      { pod: 'sessions-1', role: 'primary', state: 'serving', zone: 'zone-2', version: '8.1.1' },
      { pod: 'sessions-2', role: 'replica', state: 'syncing', version: '8.1.1', lag: 7 },
    ],
  },
}

function condition(status: 'True' | 'False') {
  return { type: 'Ready', status, reason: 'x', message: '', lastTransitionTime: '2026-01-01T09:00:00Z' }
}

test('a block for each cache, its instances below it in columns', () => {
  const fresh: RedisObject = {
    ...sessions,
    metadata: { name: 'new', namespace: 'default', creationTimestamp: '2026-01-01T11:59:58Z' },
    status: {},
  }
  expect(renderStatus([sessions, fresh], now, false)).toBe(
    `● sessions   shop   valkey 8.1   3/3 ready   memory 12% of 67.1 MB   3h
  Healthy
  INSTANCE     ROLE      STATE     ZONE     VERSION   LAG
  sessions-0   replica   in sync   zone-1   8.1.1     0 s
  sessions-1   primary   serving   zone-2   8.1.1     -
  sessions-2   replica   syncing   -        8.1.1     7 s

● new   default   valkey 8.1   0 ready   memory -   2s
  Waiting for the operator`,
  )
})

test('green is healthy, yellow is ready all the same, red is not ready', () => {
  const mark = (phase: string, ready: 'True' | 'False'): string => {
    const status = { ...sessions.status, phase, conditions: [condition(ready)], instances: [] }
    return JSON.stringify(renderStatus([{ ...sessions, status }], now, true).slice(0, 5))
  }
  expect(mark('Healthy', 'True')).toContain('[32m')
  expect(mark('Growing', 'True')).toContain('[33m')
  expect(mark('Refused: x', 'False')).toContain('[31m')
})

test('where there is no cache it says how to make one', () => {
  expect(renderStatus([], now, false)).toBe('No caches. `orlop up -f FILE` makes one.')
})
