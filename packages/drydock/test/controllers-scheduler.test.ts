import { type Pod, resources } from '@orlop/kube'
import { expect, test } from 'vitest'
import { container, namespace, startYard, template, type Yard } from './controllers-fixture.ts'

function pod(name: string, spec: Partial<NonNullable<Pod['spec']>> = {}): Pod {
  const { labels } = template.metadata
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { containers: [container], ...spec },
  }
}

const asking = (cpu: string): Partial<NonNullable<Pod['spec']>> => ({
  containers: [{ ...container, resources: { requests: { cpu } } }],
})

/** Waits until the pod is told so. At first a node may have kept it away only because it was not ready yet. */
async function unschedulable(yard: Yard, name: string, wanted: (message: string) => boolean): Promise<void> {
  await yard.until(async () => {
    const found = await yard.find(resources.pods, name)
    const told = found?.status?.conditions?.find((condition) => condition.reason === 'Unschedulable')
    return wanted(told?.message ?? '')
  })
}

test('a StatefulSet is spread over the zones', async () => {
  const yard = await startYard({ nodes: 0 })
  for (const [node, zone] of [
    ['n1', 'a'],
    ['n2', 'a'],
    ['n3', 'b'],
    ['n4', 'c'],
  ] as const)
    await yard.addNode(node, zone)
  await yard.client.create(resources.statefulSets, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace },
    spec: {
      replicas: 6,
      serviceName: 'web',
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: template.metadata.labels },
      template: {
        ...template,
        spec: {
          ...template.spec,
          topologySpreadConstraints: [
            {
              topologyKey: 'topology.kubernetes.io/zone',
              maxSkew: 1,
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: template.metadata.labels },
            },
          ],
        },
      },
    },
  })
  const placed = await yard.until(async () => {
    const pods = await yard.list(resources.pods)
    const nodes = pods.flatMap(({ spec }) => spec?.nodeName ?? [])
    return nodes.length === 6 && nodes
  })
  const zones: Record<string, string> = { n1: 'a', n2: 'a', n3: 'b', n4: 'c' }
  expect(placed.map((node) => zones[node]).sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c'])
  expect(placed.filter((node) => node === 'n1')).toHaveLength(1)
})

test('many pods at once never overfill a node', async () => {
  const yard = await startYard({ nodes: 0 })
  for (const node of ['n1', 'n2', 'n3']) await yard.addNode(node, node, '1')
  await Promise.all(
    Array.from({ length: 7 }, (_, i) => yard.client.create(resources.pods, pod(`p${i}`, asking('500m')))),
  )
  const all = await yard.until(async () => {
    const pods = await yard.list(resources.pods)
    const refused = pods.filter(({ status }) => status?.conditions?.some((c) => c.reason === 'Unschedulable'))
    return pods.filter(({ spec }) => spec?.nodeName).length === 6 && refused.length === 1 && pods
  })
  for (const node of ['n1', 'n2', 'n3'])
    expect(all.filter(({ spec }) => spec?.nodeName === node)).toHaveLength(2)
})

test('a pod that fits nowhere is told why, and goes where there is room as soon as there is', async () => {
  const yard = await startYard({ nodes: 3 })
  await yard.client.create(resources.pods, pod('big', asking('100')))
  const message =
    '0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.'
  await unschedulable(yard, 'big', (told) => told === message)
  await yard.until(async () => {
    const { items } = await yard.client.list(resources.events, { namespace })
    return items.some((event) => event.reason === 'FailedScheduling' && event.regarding?.name === 'big')
  })
  await yard.addNode('n4', 'd', '200')
  await yard.until(async () => (await yard.find(resources.pods, 'big'))?.spec?.nodeName === 'n4')
})

test('room that a pod leaves is used', async () => {
  const yard = await startYard({ nodes: 0 })
  await yard.addNode('n1', 'a', '1')
  await yard.client.create(resources.pods, pod('first', asking('1')))
  await yard.until(async () => (await yard.find(resources.pods, 'first'))?.status?.phase === 'Running')
  await yard.client.create(resources.pods, pod('second', asking('1')))
  await unschedulable(yard, 'second', (told) => told.includes('1 Insufficient cpu'))
  await yard.client.delete(resources.pods, { namespace, name: 'first' })
  await yard.until(async () => (await yard.find(resources.pods, 'second'))?.spec?.nodeName === 'n1')
})

test('a cordoned node gets nothing', async () => {
  const yard = await startYard({ nodes: 1 })
  await yard.client.patch(
    resources.nodes,
    { name: 'n1' },
    { type: 'merge', body: { spec: { unschedulable: true } } },
  )
  await yard.client.create(resources.pods, pod('p'))
  await unschedulable(yard, 'p', (told) => told.includes('1 node(s) were unschedulable'))
  await yard.client.patch(
    resources.nodes,
    { name: 'n1' },
    { type: 'merge', body: { spec: { unschedulable: false } } },
  )
  await yard.until(async () => (await yard.find(resources.pods, 'p'))?.spec?.nodeName === 'n1')
})
