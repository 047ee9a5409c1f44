import { expect, test } from 'vitest'
import { api, gone, kubectl, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { eventsOf, sheet } from '../../masked.ts'
import { apps, core, items, merge, names } from '../../places.ts'
import { podUid, ready, set } from './statefulset.ts'

const image = (value: string) => ({
  spec: { template: { spec: { containers: [{ name: 'main', image: value }] } } },
})

/** `web-0=redis:1 web-1=redis:2`, of those that are not going. */
async function images(ns: string): Promise<string> {
  const pods = (await items(core(ns, 'pods'))).filter((p) => p.metadata.deletionTimestamp === undefined)
  return pods
    .map((p) => `${p.metadata.name}=${p.spec.containers[0].image}`)
    .sort()
    .join(' ')
}

/** Waits until all pods run the newest template. */
const rolled = (ns: string) =>
  settled(
    apps(ns, 'statefulsets/web'),
    ({ status, metadata }) =>
      status.observedGeneration === metadata.generation &&
      status.currentRevision === status.updateRevision &&
      status.readyReplicas === status.replicas,
  )

test('a new template replaces pods from the highest ordinal down, each once the one before is ready', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await set(ns, 'replicas: 3', 'redis:1')
  const before = await ready(ns, 3)
  kubelet.slow.add('redis:2')
  await merge(apps(ns, 'statefulsets/web'), image('redis:2'))
  await until(async () => (await images(ns)) === 'web-0=redis:1 web-1=redis:1 web-2=redis:2')
  const halfway = await settled(
    apps(ns, 'statefulsets/web'),
    ({ status }) => status.updatedReplicas === 1 && status.readyReplicas === 2,
  )
  const hide = {
    [before.status.updateRevision]: 'OLD',
    [halfway.status.updateRevision]: 'NEW',
  }
  expect(sheet(halfway.status, hide)).toMatchInlineSnapshot(`
    "availableReplicas: 2
    collisionCount: 0
    currentReplicas: 2
    currentRevision: OLD
    observedGeneration: 2
    readyReplicas: 2
    replicas: 3
    updateRevision: NEW
    updatedReplicas: 1"
  `)
  kubelet.slow.clear()
  await kubelet.look()
  expect(sheet((await rolled(ns)).status, hide)).toMatchInlineSnapshot(`
    "availableReplicas: 3
    collisionCount: 0
    currentReplicas: 3
    currentRevision: NEW
    observedGeneration: 2
    readyReplicas: 3
    replicas: 3
    updateRevision: NEW
    updatedReplicas: 3"
  `)
  expect(await eventsOf(ns, 'StatefulSet', 'web', 6)).toMatchInlineSnapshot(`
    [
      "statefulset-controller Normal SuccessfulCreate: create Pod web-0 in StatefulSet web successful",
      "statefulset-controller Normal SuccessfulCreate: create Pod web-1 in StatefulSet web successful",
      "statefulset-controller Normal SuccessfulCreate: create Pod web-2 in StatefulSet web successful",
      "statefulset-controller Normal SuccessfulDelete: delete Pod web-0 in StatefulSet web successful",
      "statefulset-controller Normal SuccessfulDelete: delete Pod web-1 in StatefulSet web successful",
      "statefulset-controller Normal SuccessfulDelete: delete Pod web-2 in StatefulSet web successful",
    ]
  `)
})

test('a partition keeps the ordinals below it, also when they are made anew', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 3\nupdateStrategy: {rollingUpdate: {partition: 2}}', 'redis:1')
  const before = await ready(ns, 3)
  await merge(apps(ns, 'statefulsets/web'), image('redis:2'))
  await until(async () => (await images(ns)) === 'web-0=redis:1 web-1=redis:1 web-2=redis:2')
  const uid = await podUid(ns, 'web-0')
  await api.delete(core(ns, 'pods/web-0'))
  const next = await settled(core(ns, 'pods/web-0'), (pod) => pod.metadata.uid !== uid)
  expect(next.spec.containers[0].image).toBe('redis:1')
  const now = await settled(
    apps(ns, 'statefulsets/web'),
    ({ status }) =>
      status.availableReplicas === 3 && status.currentReplicas === 2 && status.updatedReplicas === 1,
  )
  const hide = { [before.status.updateRevision]: 'OLD', [now.status.updateRevision]: 'NEW' }
  expect(sheet(now.status, hide)).toMatchInlineSnapshot(`
    "availableReplicas: 3
    collisionCount: 0
    currentReplicas: 2
    currentRevision: OLD
    observedGeneration: 2
    readyReplicas: 3
    replicas: 3
    updateRevision: NEW
    updatedReplicas: 1"
  `)
})

test('a smaller partition lets the update go on', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 2\nupdateStrategy: {rollingUpdate: {partition: 2}}', 'redis:1')
  await ready(ns, 2)
  await merge(apps(ns, 'statefulsets/web'), image('redis:2'))
  await settled(apps(ns, 'statefulsets/web'), ({ status }) => status.observedGeneration === 2)
  expect(await images(ns)).toBe('web-0=redis:1 web-1=redis:1')
  await merge(apps(ns, 'statefulsets/web'), { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } })
  await until(async () => (await images(ns)) === 'web-0=redis:2 web-1=redis:2')
})

test('OnDelete replaces nothing by itself', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 2\nupdateStrategy: {type: OnDelete}', 'redis:1')
  const before = await ready(ns, 2)
  await merge(apps(ns, 'statefulsets/web'), image('redis:2'))
  await settled(apps(ns, 'statefulsets/web'), ({ status }) => status.observedGeneration === 2)
  expect(await images(ns)).toBe('web-0=redis:1 web-1=redis:1')
  await api.delete(core(ns, 'pods/web-0'))
  await until(async () => (await images(ns)) === 'web-0=redis:2 web-1=redis:1')
  const now = await settled(
    apps(ns, 'statefulsets/web'),
    ({ status }) => status.readyReplicas === 2 && status.updatedReplicas === 1,
  )
  const hide = { [before.status.updateRevision]: 'OLD', [now.status.updateRevision]: 'NEW' }
  expect(sheet(now.status, hide)).toMatchInlineSnapshot(`
    "availableReplicas: 2
    collisionCount: 0
    currentReplicas: 1
    currentRevision: OLD
    observedGeneration: 2
    readyReplicas: 2
    replicas: 2
    updateRevision: NEW
    updatedReplicas: 1"
  `)
})

test('a broken template stops at the first pod, and does not go on by itself when it is mended', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await set(ns, 'replicas: 2', 'redis:1')
  await ready(ns, 2)
  kubelet.slow.add('broken')
  await merge(apps(ns, 'statefulsets/web'), image('broken'))
  await until(async () => (await images(ns)) === 'web-0=redis:1 web-1=broken')
  await merge(apps(ns, 'statefulsets/web'), image('redis:3'))
  await settled(apps(ns, 'statefulsets/web'), ({ status }) => status.observedGeneration === 3)
  expect(await images(ns)).toMatchInlineSnapshot(`"web-0=redis:1 web-1=broken"`)
})

test('minReadySeconds holds the update back while the pods are not available', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 2', 'redis:1')
  await ready(ns, 2)
  const { spec } = image('redis:2')
  await merge(apps(ns, 'statefulsets/web'), { spec: { ...spec, minReadySeconds: 3600 } })
  const { status } = await settled(apps(ns, 'statefulsets/web'), (s) => s.status.observedGeneration === 2)
  expect([status.availableReplicas, status.readyReplicas]).toEqual([0, 2])
  expect(await images(ns)).toBe('web-0=redis:1 web-1=redis:1')
})

test('the template of before gives the revision of before, with the newest number', async () => {
  const ns = await namespace()
  await set(ns, 'replicas: 0', 'redis:1')
  const revisions = async (count: number) => {
    const found = await until(async () => {
      const all = await items(apps(ns, 'controllerrevisions'))
      return all.length === count && all
    })
    return found.map((r) => `${r.revision} ${r.data.spec.template.spec.containers[0].image}`).sort()
  }
  expect(await revisions(1)).toEqual(['1 redis:1'])
  await merge(apps(ns, 'statefulsets/web'), image('redis:2'))
  expect(await revisions(2)).toEqual(['1 redis:1', '2 redis:2'])
  await merge(apps(ns, 'statefulsets/web'), image('redis:1'))
  await until(async () => (await revisions(2)).join() === '2 redis:2,3 redis:1')
})

test('revisions beyond revisionHistoryLimit go, the oldest first', async () => {
  const ns = await namespace()
  await set(ns, 'replicas: 0\nrevisionHistoryLimit: 1', 'redis:1')
  for (const value of ['redis:2', 'redis:3', 'redis:4']) {
    const { metadata } = await merge(apps(ns, 'statefulsets/web'), image(value))
    await settled(apps(ns, 'statefulsets/web'), (s) => s.status.observedGeneration === metadata.generation)
  }
  await until(async () => {
    const all = await items(apps(ns, 'controllerrevisions'))
    return (
      all
        .map((r) => r.revision)
        .sort()
        .join() === '3,4'
    )
  })
})

test('kubectl rollout: status, history, undo, restart', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 1', 'redis:1')
  const before = await ready(ns, 1)
  const told: string[] = []
  const run = async (...args: string[]) => {
    const { stdout, stderr } = await kubectl(['-n', ns, 'rollout', ...args])
    told.push(`$ ${args.join(' ')}\n${stdout}${stderr}`)
  }
  const hide: Record<string, string> = { [before.status.updateRevision]: 'FIRST' }
  await run('status', 'statefulset/web')
  await merge(apps(ns, 'statefulsets/web'), image('redis:2'))
  hide[(await rolled(ns)).status.updateRevision] = 'SECOND'
  await run('history', 'statefulset/web')
  await run('history', 'statefulset/web', '--revision=1')
  await run('undo', 'statefulset/web')
  await rolled(ns)
  await run('history', 'statefulset/web')
  await run('status', 'statefulset/web')
  await run('restart', 'statefulset/web')
  expect(sheet(told.join('\n'), hide)).toMatchInlineSnapshot(`
    "|
    $ status statefulset/web
    partitioned roll out complete: 1 new pods have been updated...

    $ history statefulset/web
    statefulset.apps/web 
    REVISION  CHANGE-CAUSE
    1         <none>
    2         <none>


    $ history statefulset/web --revision=1
    statefulset.apps/web with revision #1
    Pod Template:
      Labels:	app=web
      Containers:
       main:
        Image:	redis:1
        Port:	<none>
        Host Port:	<none>
        Environment:	<none>
        Mounts:	<none>
      Volumes:	<none>
      Node-Selectors:	<none>
      Tolerations:	<none>


    $ undo statefulset/web
    statefulset.apps/web rolled back

    $ history statefulset/web
    statefulset.apps/web 
    REVISION  CHANGE-CAUSE
    2         <none>
    3         <none>


    $ status statefulset/web
    partitioned roll out complete: 1 new pods have been updated...

    $ restart statefulset/web
    statefulset.apps/web restarted"
  `)
})

test('a set deleted with orphan leaves its pods and revisions, which the next of its name takes in', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 1')
  await ready(ns, 1)
  const uid = await podUid(ns, 'web-0')
  await api.delete(apps(ns, 'statefulsets/web'), { propagationPolicy: 'Orphan' })
  await gone(apps(ns, 'statefulsets/web'))
  const pod = (await api.get(core(ns, 'pods/web-0'))).body
  expect(pod.metadata.ownerReferences).toBeUndefined()
  const next = await set(ns, 'replicas: 1')
  await settled(
    core(ns, 'pods/web-0'),
    (p) => p.metadata.ownerReferences?.[0].uid === next.metadata.uid && p.metadata.uid === uid,
  )
  expect(await names(apps(ns, 'controllerrevisions'))).toHaveLength(1)
  await settled(apps(ns, 'statefulsets/web'), ({ status }) => status.readyReplicas === 1)
})
