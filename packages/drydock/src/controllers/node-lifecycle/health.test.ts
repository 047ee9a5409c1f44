import type { Node } from '@orlop/kube'
import { expect, test } from 'vitest'
import { silentConditions, wantedTaints } from './health.ts'

const now = '2026-01-01T00:00:00Z'
const ready = (status: string): NonNullable<Node['status']> => ({
  conditions: [
    { type: 'Ready', status, reason: 'KubeletReady', lastTransitionTime: 'before' },
    { type: 'MemoryPressure', status: 'False' },
    { type: 'DiskPressure', status: 'False' },
    { type: 'PIDPressure', status: 'False' },
    { type: 'NetworkUnavailable', status: 'False' },
  ],
})
const node = (status: Node['status'], spec: Node['spec'] = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', creationTimestamp: 'at first' },
  spec,
  ...(status ? { status } : {}),
})
const brief = (of: Node, evicts: boolean): string[] | undefined =>
  wantedTaints(of, evicts, now)?.map(({ key, effect }) => `${key.split('/')[1]}:${effect}`)

test('of a silent node nothing is known but what the control plane itself says', () => {
  const seen = silentConditions(node(ready('True')), now) ?? []
  expect(seen.map(({ type, status }) => `${type} ${status}`)).toEqual([
    'Ready Unknown',
    'MemoryPressure Unknown',
    'DiskPressure Unknown',
    'PIDPressure Unknown',
    'NetworkUnavailable False',
  ])
  expect(seen[0]).toMatchObject({ reason: 'NodeStatusUnknown', lastTransitionTime: now })
  expect(silentConditions(node({ conditions: seen }), now)).toBeUndefined()
})

test('a node that never spoke has every condition, from its beginning', () => {
  const [first] = silentConditions(node(undefined), now) ?? []
  expect(first).toMatchObject({
    type: 'Ready',
    reason: 'NodeStatusNeverUpdated',
    lastHeartbeatTime: 'at first',
  })
})

test('taints follow the conditions and the cordon; those of others stay', () => {
  const own = { key: 'example.com/own', effect: 'NoExecute' }
  const lost = node(ready('Unknown'), { taints: [own] })
  expect(brief(lost, true)).toEqual(['own:NoExecute', 'unreachable:NoSchedule', 'unreachable:NoExecute'])
  const broken = node(ready('False'), { taints: [own], unschedulable: true })
  expect(brief(broken, true)).toEqual([
    'own:NoExecute',
    'not-ready:NoSchedule',
    'unschedulable:NoSchedule',
    'not-ready:NoExecute',
  ])
})

test('where it evicts nobody a NoExecute taint goes, and a node that is well loses all', () => {
  const taints = ['NoSchedule', 'NoExecute'].map((effect) => ({
    key: 'node.kubernetes.io/unreachable',
    effect,
    timeAdded: 'before',
  }))
  expect(brief(node(ready('Unknown'), { taints }), true)).toBeUndefined()
  expect(wantedTaints(node(ready('Unknown'), { taints }), false, now)).toEqual(taints.slice(0, 1))
  expect(brief(node(ready('True'), { taints }), true)).toEqual([])
  expect(brief(node(ready('True')), true)).toBeUndefined()
})
