import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, gone, namespace, settled, unique, until } from '../../cluster.ts'
import { conditions, eventsOf, sheet } from '../../masked.ts'
import { core, create, merge } from '../../places.ts'
import { own, readyNode, runningOn, say, tainted, taints } from './nodes.ts'

const at = (name: string) => `/api/v1/nodes/${name}`
const seconds = (tolerationSeconds: number, key = 'node.kubernetes.io/not-ready') => ({
  tolerations: [{ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }],
})

test('a new node has a taint until it is ready', async () => {
  const name = unique('node')
  const made = await create('/api/v1/nodes', { metadata: { name }, spec: { taints: own(name) } })
  expect(taints(made)).toMatchInlineSnapshot(`
    [
      "node.kubernetes.io/not-ready:NoSchedule",
    ]
  `)
  await say(name, 'Ready', 'True')
  await tainted(name)
  await api.delete(at(name))
})

test('a node that says it is not ready: taints, with their time', async () => {
  const name = await readyNode()
  await say(name, 'Ready', 'False')
  const found = await tainted(
    name,
    'node.kubernetes.io/not-ready:NoExecute',
    'node.kubernetes.io/not-ready:NoSchedule',
  )
  expect(sheet(found.spec, { [name]: 'NODE' })).toMatchInlineSnapshot(`
    "taints:
      - effect: NoSchedule
        key: mark
        value: NODE
      - effect: NoSchedule
        key: node.kubernetes.io/not-ready
        timeAdded: <time>
      - effect: NoExecute
        key: node.kubernetes.io/not-ready
        timeAdded: <time>"
  `)
  await say(name, 'Ready', 'True')
  await tainted(name)
})

test('a node whose readiness is unknown', async () => {
  const name = await readyNode()
  await say(name, 'Ready', 'Unknown')
  await tainted(name, 'node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule')
  await say(name, 'Ready', 'False')
  await tainted(name, 'node.kubernetes.io/not-ready:NoExecute', 'node.kubernetes.io/not-ready:NoSchedule')
})

test.each([
  ['MemoryPressure', 'memory-pressure'],
  ['DiskPressure', 'disk-pressure'],
  ['PIDPressure', 'pid-pressure'],
  ['NetworkUnavailable', 'network-unavailable'],
])('%s keeps pods away', async (type, key) => {
  const name = await readyNode()
  await say(name, type, 'True')
  await tainted(name, `node.kubernetes.io/${key}:NoSchedule`)
  await say(name, type, 'False')
  await tainted(name)
})

test('several things at once, and a taint of somebody', async () => {
  const name = await readyNode()
  await say(name, 'DiskPressure', 'True')
  await say(name, 'MemoryPressure', 'True')
  const both = [
    'node.kubernetes.io/disk-pressure:NoSchedule',
    'node.kubernetes.io/memory-pressure:NoSchedule',
  ]
  const { spec } = await tainted(name, ...both)
  await merge(at(name), {
    spec: { taints: [...spec.taints, { key: 'mark', value: 'a', effect: 'PreferNoSchedule' }] },
  })
  await say(name, 'DiskPressure', 'False')
  await tainted(name, 'mark=a:PreferNoSchedule', 'node.kubernetes.io/memory-pressure:NoSchedule')
})

test('taints of the control plane that somebody takes away come back', async () => {
  const name = await readyNode()
  await say(name, 'DiskPressure', 'True')
  await tainted(name, 'node.kubernetes.io/disk-pressure:NoSchedule')
  await merge(at(name), { spec: { taints: own(name) } })
  await tainted(name, 'node.kubernetes.io/disk-pressure:NoSchedule')
})

test('a pod bears it for as long as it tolerates', async () => {
  const ns = await namespace()
  const name = await readyNode()
  await runningOn(ns, name, 'a', seconds(1))
  await runningOn(ns, name, 'b')
  await say(name, 'Ready', 'False')
  const pod = await settled(core(ns, 'pods/a'), (p) => p.metadata.deletionTimestamp)
  const lines = conditions(pod)
  expect(lines.filter((c) => c.startsWith('DisruptionTarget'))).toMatchInlineSnapshot(`
    [
      "DisruptionTarget True DeletionByTaintManager: Taint manager: deleting due to NoExecute taint",
    ]
  `)
  const target = pod.status.conditions.find((c: Json) => c.type === 'DisruptionTarget')
  expect(target.observedGeneration).toBe(1)
  expect(pod.metadata.deletionGracePeriodSeconds).toBe(30)
  const told = await until(async () => {
    const evicted = (await eventsOf(ns, 'Pod', 'a', 1)).filter((line) => line.includes('Eviction'))
    return evicted.length > 0 && evicted
  })
  expect(told).toMatchInlineSnapshot(`
    [
      "taint-eviction-controller Normal TaintManagerEviction: Marking for deletion Pod NS/a",
    ]
  `)
  const other = (await api.get(core(ns, 'pods/b'))).body
  expect(other.metadata.deletionTimestamp).toBeUndefined()
  await api.delete(core(ns, 'pods/a'), { gracePeriodSeconds: 0 })
})

test('a taint of somebody: who does not tolerate it goes at once, and others stay', async () => {
  const ns = await namespace()
  const name = await readyNode()
  await runningOn(ns, name, 'a')
  await runningOn(ns, name, 'b', {
    tolerations: [{ key: 'mark', operator: 'Equal', value: 'x', effect: 'NoExecute' }],
  })
  await runningOn(ns, name, 'c', {
    tolerations: [{ key: 'mark', operator: 'Equal', value: 'y', effect: 'NoExecute' }],
  })
  await runningOn(ns, name, 'd', { tolerations: [{ operator: 'Exists' }] })
  await merge(at(name), { spec: { taints: own(name, { key: 'mark', value: 'x', effect: 'NoExecute' }) } })
  await settled(core(ns, 'pods/a'), (p) => p.metadata.deletionTimestamp)
  await settled(core(ns, 'pods/c'), (p) => p.metadata.deletionTimestamp)
  for (const pod of ['b', 'd'])
    expect((await api.get(core(ns, `pods/${pod}`))).body.metadata.deletionTimestamp).toBeUndefined()
})

test('a taint taken back in time leaves the pod, and an event says so', async () => {
  const ns = await namespace()
  const name = await readyNode()
  await runningOn(ns, name, 'a', seconds(600, 'mark'))
  await merge(at(name), { spec: { taints: own(name, { key: 'mark', effect: 'NoExecute' }) } })
  // A pod that goes at once says that the taint has been seen.
  await runningOn(ns, name, 'b')
  await settled(core(ns, 'pods/b'), (p) => p.metadata.deletionTimestamp)
  await merge(at(name), { spec: { taints: own(name) } })
  expect(await eventsOf(ns, 'Pod', 'a', 1)).toMatchInlineSnapshot(`
    [
      "taint-eviction-controller Normal TaintManagerEviction: Cancelling deletion of Pod NS/a",
    ]
  `)
})

test('a new pod has tolerations for five minutes of both', async () => {
  const ns = await namespace()
  const made = await create(core(ns, 'pods'), {
    metadata: { name: 'a' },
    spec: { schedulerName: 'nobody', containers: [{ name: 'main', image: 'redis' }] },
  })
  expect(sheet(made.spec.tolerations)).toMatchInlineSnapshot(`
    "- effect: NoExecute
      key: node.kubernetes.io/not-ready
      operator: Exists
      tolerationSeconds: 300
    - effect: NoExecute
      key: node.kubernetes.io/unreachable
      operator: Exists
      tolerationSeconds: 300"
  `)
})

test('pods on their way out of a node that is out of service are gone at once', async () => {
  const ns = await namespace()
  const name = await readyNode()
  await runningOn(ns, name, 'a', { tolerations: [{ operator: 'Exists' }] })
  await runningOn(ns, name, 'b', { tolerations: [{ operator: 'Exists' }] })
  await api.delete(core(ns, 'pods/a'))
  await say(name, 'Ready', 'False')
  await merge(at(name), {
    spec: {
      taints: own(name, { key: 'node.kubernetes.io/out-of-service', value: 'x', effect: 'NoExecute' }),
    },
  })
  await gone(core(ns, 'pods/a'))
  expect((await api.get(core(ns, 'pods/b'))).body.metadata.deletionTimestamp).toBeUndefined()
})

test('events tell when a node appears', async () => {
  const name = await readyNode()
  const told = await until(async () => {
    const all = await eventsOf('default', 'Node', name, 1, { [name]: 'NODE' })
    return all.some((line) => line.includes('Registered')) && all
  })
  expect(told.filter((line) => line.includes('Registered'))).toMatchInlineSnapshot(`
    [
      "node-controller Normal RegisteredNode: Node NODE event: Registered Node NODE in Controller",
    ]
  `)
})
