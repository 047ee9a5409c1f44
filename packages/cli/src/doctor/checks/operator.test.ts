import type { Deployment, Lease } from '@orlop/kube'
import { expect, test } from 'vitest'
import { judgeOperator } from './operator.ts'

const now = Date.parse('2026-01-01T00:00:00Z')

function deployment(namespace: string, ready: number, wanted = 2, watched?: string): Deployment {
  const env = watched === undefined ? [] : [{ name: 'WATCH_NAMESPACES', value: watched }]
  const selector = { matchLabels: { app: 'x' } }
  const containers = [{ name: 'operator', image: 'orlop.dev/operator:0.1.0', env }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name: 'orlop-operator' },
    spec: { replicas: wanted, selector, template: { spec: { containers } } },
    status: { readyReplicas: ready },
  }
}

const lease = (holderIdentity: string, renewTime = '2025-12-31T23:59:55Z'): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { namespace: 'orlop-system', name: 'orlop-operator' },
  spec: { holderIdentity, renewTime, leaseDurationSeconds: 15 },
})

test.each([
  ['none', [], [], 'ok', /^none runs$/],
  ['none any more', [], [lease('pod-1', '2025-12-31T23:00:00Z')], 'ok', /^none runs$/],
  ['one outside', [], [lease('local')], 'warn', /outside the cluster: local leads/],
  [
    'all well',
    [deployment('orlop-system', 2)],
    [lease('pod-1')],
    'ok',
    /operator:0\.1\.0, 2 of 2 ready; pod-1 leads/,
  ],
  ['one of two', [deployment('orlop-system', 1)], [lease('pod-1')], 'warn', /1 of 2 ready/],
  ['none ready', [deployment('orlop-system', 0)], [], 'fail', /0 of 2 ready/],
  ['switched off', [deployment('orlop-system', 0, 0)], [], 'warn', /nobody looks after/],
  ['nobody leads', [deployment('orlop-system', 2)], [], 'warn', /nobody holds the lease/],
  ['two for all', [deployment('a', 2), deployment('b', 2)], [], 'warn', /the same caches/],
  [
    'two apart',
    [deployment('a', 2, 2, 'x,y'), deployment('b', 2, 2, 'z')],
    [],
    'ok',
    /for different namespaces/,
  ],
  [
    'two that overlap',
    [deployment('a', 2, 2, 'x,y'), deployment('b', 2, 2, 'y')],
    [],
    'warn',
    /the same caches/,
  ],
] as const)('%s', (_name, deployments, leases, result, seen) => {
  const finding = judgeOperator(deployments, leases, now)
  expect([finding.result, finding.seen]).toEqual([result, expect.stringMatching(seen)])
})
