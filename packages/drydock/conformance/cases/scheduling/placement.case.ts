import { expect, test } from 'vitest'
import { namespace } from '../../cluster.ts'
import { nodeOf, nodes, pod } from './pods.ts'

const one = { labelSelector: { matchLabels: { app: 'one' } } }
const host = { topologyKey: 'kubernetes.io/hostname', ...one }

test('required node affinity: In, NotIn, Exists, DoesNotExist, Gt, Lt', async () => {
  const ns = await namespace()
  const { mark, names } = await nodes(
    { labels: { disk: 'ssd', size: '10' } },
    { labels: { disk: 'hdd', size: '20' } },
  )
  const wanted: [string, object, number][] = [
    ['in', { key: 'disk', operator: 'In', values: ['ssd', 'tape'] }, 0],
    ['not-in', { key: 'disk', operator: 'NotIn', values: ['ssd'] }, 1],
    ['gt', { key: 'size', operator: 'Gt', values: ['15'] }, 1],
    ['lt', { key: 'size', operator: 'Lt', values: ['15'] }, 0],
  ]
  for (const [name, requirement, index] of wanted) {
    const nodeSelectorTerms = [{ matchExpressions: [requirement] }]
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
    }
    await pod(ns, name, mark, { affinity })
    expect(`${name} ${await nodeOf(ns, name)}`).toBe(`${name} ${names[index]}`)
  }
})

test('preferred node affinity decides between nodes alike', async () => {
  const ns = await namespace()
  const { mark, names } = await nodes({}, { labels: { disk: 'ssd' } }, {})
  const preference = { matchExpressions: [{ key: 'disk', operator: 'Exists' }] }
  const affinity = {
    nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }] },
  }
  await pod(ns, 'a', mark, { affinity })
  expect(await nodeOf(ns, 'a')).toBe(names[1])
})

test('a node by its name, through matchFields', async () => {
  const ns = await namespace()
  const { mark, names } = await nodes({}, {})
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [names[1]] }] }]
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } }
  await pod(ns, 'a', mark, { affinity })
  expect(await nodeOf(ns, 'a')).toBe(names[1])
})

test('pod affinity leads to the same node; the first of its kind may go anywhere', async () => {
  const ns = await namespace()
  const { mark } = await nodes({}, {}, {})
  const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [host] } }
  await pod(ns, 'a', mark, { affinity }, { app: 'one' })
  const first = await nodeOf(ns, 'a')
  for (const name of ['b', 'c']) {
    await pod(ns, name, mark, { affinity }, { app: 'one' })
    expect(await nodeOf(ns, name)).toBe(first)
  }
})

test('anti-affinity by zone counts all nodes of the zone', async () => {
  const ns = await namespace()
  const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } })
  const { mark, names } = await nodes(zone('a'), zone('a'), zone('b'))
  const term = { topologyKey: 'topology.kubernetes.io/zone', ...one }
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }
  await pod(ns, 'a', mark, { affinity, nodeSelector: { 'kubernetes.io/hostname': names[0] } }, { app: 'one' })
  await nodeOf(ns, 'a')
  await pod(ns, 'b', mark, { affinity }, { app: 'one' })
  expect(await nodeOf(ns, 'b')).toBe(names[2])
})

test('preferred anti-affinity keeps apart where that is possible', async () => {
  const ns = await namespace()
  const { mark } = await nodes({}, {})
  const affinity = {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: host }],
    },
  }
  const seen = new Set<string>()
  for (const name of ['a', 'b', 'c']) {
    await pod(ns, name, mark, { affinity }, { app: 'one' })
    seen.add(await nodeOf(ns, name))
  }
  expect(seen.size).toBe(2)
})

test('a spread of at most one', async () => {
  const ns = await namespace()
  const { mark } = await nodes({}, {}, {})
  const spread = { topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', ...host }] }
  const seen: string[] = []
  for (const name of ['a', 'b', 'c']) {
    await pod(ns, name, mark, spread, { app: 'one' })
    seen.push(await nodeOf(ns, name))
  }
  expect(new Set(seen).size).toBe(3)
})

test('ScheduleAnyway goes on where it cannot be even', async () => {
  const ns = await namespace()
  const { mark } = await nodes(
    { labels: { rack: '1' } },
    { labels: { rack: '2' }, allocatable: { pods: '0' } },
  )
  const spread = {
    topologySpreadConstraints: [
      { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', topologyKey: 'rack', ...one },
    ],
  }
  for (const name of ['a', 'b', 'c']) {
    await pod(ns, name, mark, spread, { app: 'one' })
    expect(await nodeOf(ns, name)).toBe(`${mark}-1`)
  }
})

test('a taint that is only preferred is avoided', async () => {
  const ns = await namespace()
  const { mark, names } = await nodes({ taints: [{ key: 'soft', effect: 'PreferNoSchedule' }] }, {})
  await pod(ns, 'a', mark)
  expect(await nodeOf(ns, 'a')).toBe(names[1])
})
