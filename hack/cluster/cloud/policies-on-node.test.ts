import type { Pod } from '@orlop/kube'
import { expect, test } from 'vitest'
import { nodesOf } from '../addresses.ts'
import { placeOf } from '../place.ts'
import { policiesOnNode } from './policies-on-node.ts'

const nodes = nodesOf(placeOf('orlop'))
const pod = (name: string, nodeName: string, podIP: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: name } },
  spec: { nodeName, containers: [] },
  status: { phase: 'Running', podIP },
})
const world = {
  addresses: new Map<string, string>(),
  namespaces: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }],
  pods: [
    pod('web', 'node-1', '10.244.1.5'),
    pod('web', 'node-2', '10.244.2.5'),
    pod('client', 'node-2', '10.244.2.6'),
  ],
  policies: [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        podSelector: { matchLabels: { app: 'web' } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }] }],
      },
    },
  ],
}

test('a node isolates its own pods alone, and knows the peers of all nodes', () => {
  const isolated = nodes.map((node) => [...(policiesOnNode(node, world).sets.get('ingress')?.keys() ?? [])])
  expect(isolated).toEqual([['10.244.1.5'], ['10.244.2.5'], []])
  const [first] = nodes
  const peers = first && [...policiesOnNode(first, world).sets].find(([name]) => name.endsWith('_pods'))?.[1]
  expect([...(peers?.keys() ?? [])]).toEqual(['10.244.2.6'])
})

test('a node and its own pods always reach each other, under each address of the node', () => {
  const [first] = nodes
  const always = first && policiesOnNode(first, world).sets.get('always')
  expect([...(always?.keys() ?? [])].sort()).toEqual([
    '10.244.1.1 . 10.244.1.5',
    '10.244.1.5 . 10.244.1.1',
    '10.244.1.5 . 10.244.1.5',
    '10.244.1.5 . 10.77.0.11',
    '10.77.0.11 . 10.244.1.5',
  ])
})

test('a pod whose address the API does not know yet is isolated as well', () => {
  const [first] = nodes
  const early = {
    ...pod('web', 'node-1', ''),
    status: {},
    metadata: { name: 'web-2', namespace: 'default', uid: 'u2', labels: { app: 'web' } },
  }
  const table =
    first && policiesOnNode(first, { ...world, pods: [early], addresses: new Map([['u2', '10.244.1.9']]) })
  expect([...(table?.sets.get('ingress')?.keys() ?? [])]).toEqual(['10.244.1.9'])
})
