import type { Pod, ReplicaSet } from '@orlop/kube'
import { expect, test } from 'vitest'
import { planReplicaSet } from './plan.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')

const setOf = (replicas: number): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', namespace: 'shop', uid: 'rs' },
  spec: { replicas, selector: {}, template: { spec: { containers: [{ name: 'c' }] } } },
})

function pod(
  name: string,
  phase: string,
  ready: boolean,
  nodeName = 'n1',
  created = '2029-01-01T00:00:00Z',
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, creationTimestamp: created },
    spec: { containers: [], ...(nodeName === '' ? {} : { nodeName }) },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }
}

const namesOf = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.name)

test('what is missing is created, under the same names when the cache has not moved', () => {
  const first = planReplicaSet({ set: setOf(3), pods: [], now: NOW })
  expect(new Set(namesOf(first.create)).size).toBe(3)
  expect(namesOf(planReplicaSet({ set: setOf(3), pods: [], now: NOW }).create)).toEqual(namesOf(first.create))
  const going = {
    ...first.create[0],
    metadata: { name: namesOf(first.create)[0] ?? '', deletionTimestamp: 'now' },
  }
  const next = planReplicaSet({
    set: setOf(1),
    pods: [{ apiVersion: 'v1', kind: 'Pod', ...going }],
    now: NOW,
  })
  expect(next.create).toHaveLength(1)
  expect(namesOf(next.create)).not.toContain(going.metadata.name)
})

test('of too many, those go first that serve least and are youngest', () => {
  const pods = [
    pod('old', 'Running', true),
    pod('young', 'Running', true, 'n1', '2029-06-01T00:00:00Z'),
    pod('unready', 'Running', false),
    pod('pending', 'Pending', false),
    pod('unplaced', 'Pending', false, ''),
  ]
  const order = ['unplaced', 'pending', 'unready', 'young']
  for (let replicas = 4; replicas >= 1; replicas--) {
    const { remove } = planReplicaSet({ set: setOf(replicas), pods, now: NOW })
    expect(namesOf(remove)).toEqual(order.slice(0, 5 - replicas))
  }
})

test('status counts the active', () => {
  const pods = [pod('a', 'Running', true), pod('b', 'Running', false), pod('c', 'Failed', false)]
  expect(planReplicaSet({ set: setOf(2), pods, now: NOW }).status).toMatchObject({
    replicas: 2,
    readyReplicas: 1,
    availableReplicas: 1,
  })
})
