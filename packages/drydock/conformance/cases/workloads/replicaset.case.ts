import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { sheet } from '../../masked.ts'
import { apps, core, create, items, merge, names } from '../../places.ts'
import { livePods, template } from './deployment.ts'

async function set(ns: string, spec: Json = {}): Promise<Json> {
  return await create(apps(ns, 'replicasets'), {
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, template: template('redis'), ...spec },
  })
}

const counted = (ns: string, wanted: Json) =>
  settled(apps(ns, 'replicasets/web'), ({ status }) =>
    Object.entries(wanted).every(([key, value]) => (status[key] ?? 0) === value),
  )

test('the status of a set that is ready, and of an empty one', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  expect(sheet((await set(ns, { replicas: 2 })).status)).toMatchInlineSnapshot(`"replicas: 0"`)
  expect(sheet((await counted(ns, { availableReplicas: 2 })).status)).toMatchInlineSnapshot(`
    "availableReplicas: 2
    fullyLabeledReplicas: 2
    observedGeneration: 1
    readyReplicas: 2
    replicas: 2"
  `)
  await merge(apps(ns, 'replicasets/web'), { spec: { replicas: 0 } })
  expect(sheet((await counted(ns, { replicas: 0, observedGeneration: 2 })).status)).toMatchInlineSnapshot(`
    "observedGeneration: 2
    replicas: 0"
  `)
})

/** A set of three pods that have a label more than its selector asks for. */
async function three(ns: string): Promise<string[]> {
  const labelled = { ...template('redis'), metadata: { labels: { app: 'web', seen: 'no' } } }
  await set(ns, { replicas: 3, template: labelled })
  await counted(ns, { readyReplicas: 3, fullyLabeledReplicas: 3 })
  return await names(core(ns, 'pods'))
}

/** Waits until the controller has seen what the pod, one of {@link three}, is by now: it counts one label less. */
async function seen(ns: string, pod: string | undefined): Promise<void> {
  await merge(core(ns, `pods/${pod}`), { metadata: { labels: { seen: null } } })
  await counted(ns, { fullyLabeledReplicas: 2 })
}

/** Waits until two pods of three are left, and says which went. */
async function oneOf(ns: string, all: string[]): Promise<string> {
  await merge(apps(ns, 'replicasets/web'), { spec: { replicas: 2 } })
  await until(async () => (await livePods(ns)).length === 2)
  const left = (await livePods(ns)).map((p) => p.metadata.name)
  return all.filter((name) => !left.includes(name)).join()
}

test('a pod that is deleted by force is followed by one of another name', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, { replicas: 1 })
  await counted(ns, { readyReplicas: 1 })
  const [first = ''] = await names(core(ns, 'pods'))
  await api.delete(core(ns, `pods/${first}`), { gracePeriodSeconds: 0 })
  const next = await until(async () => (await livePods(ns)).map((p) => p.metadata.name).join())
  expect(next).toMatch(/^web-[a-z0-9]{5}$/)
  expect(next).not.toBe(first)
})

test('the pod that is not ready goes first', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await set(ns, { replicas: 3 })
  await counted(ns, { readyReplicas: 3 })
  const all = await names(core(ns, 'pods'))
  kubelet.slow.add(all[1] ?? '')
  await kubelet.look()
  await counted(ns, { readyReplicas: 2 })
  expect(await oneOf(ns, all)).toBe(all[1])
})

test('the pod of the lowest deletion cost goes first', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  const all = await three(ns)
  await merge(core(ns, `pods/${all[2]}`), {
    metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } },
  })
  await seen(ns, all[2])
  expect(await oneOf(ns, all)).toBe(all[2])
})

test('of pods alike the one that was restarted more goes first', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  const all = await three(ns)
  kubelet.restarts.set(all[0] ?? '', 4)
  await kubelet.look()
  await settled(core(ns, `pods/${all[0]}`), (p) => p.status.containerStatuses[0].restartCount === 4)
  await seen(ns, all[0])
  expect(await oneOf(ns, all)).toBe(all[0])
})

test('a pod whose labels change is let go and replaced', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns)
  await counted(ns, { readyReplicas: 1 })
  const [pod] = await names(core(ns, 'pods'))
  await merge(core(ns, `pods/${pod}`), { metadata: { labels: { app: 'other' } } })
  await until(async () => (await names(core(ns, 'pods'))).length === 2)
  const free = await settled(core(ns, `pods/${pod}`), (p) => p.metadata.ownerReferences === undefined)
  expect(free.metadata.labels).toEqual({ app: 'other' })
})

test('an orphan that matches is adopted in place of a new pod', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await create(core(ns, 'pods'), { ...template('redis'), metadata: { name: 'mine', labels: { app: 'web' } } })
  await settled(core(ns, 'pods/mine'), (p) => p.status.phase === 'Running')
  await set(ns)
  await counted(ns, { readyReplicas: 1 })
  expect(await names(core(ns, 'pods'))).toEqual(['mine'])
})

test('one orphan too many is taken away', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  for (const name of ['a', 'b'])
    await create(core(ns, 'pods'), { ...template('redis'), metadata: { name, labels: { app: 'web' } } })
  await settled(core(ns, 'pods/b'), (p) => p.status.phase === 'Running')
  await set(ns)
  await until(async () => (await items(core(ns, 'pods'))).length === 1)
})

test.each(['Failed', 'Succeeded'] as const)(
  'a %s pod is replaced, and stays to be looked at',
  async (phase) => {
    const ns = await namespace()
    const kubelet = await playKubelet(ns)
    await set(ns)
    await counted(ns, { readyReplicas: 1 })
    const [pod] = await names(core(ns, 'pods'))
    kubelet.ends.set(pod ?? '', phase)
    await kubelet.look()
    await until(async () => (await names(core(ns, 'pods'))).length === 2)
    await counted(ns, { readyReplicas: 1, replicas: 1 })
    expect((await api.get(core(ns, `pods/${pod}`))).body.status.phase).toBe(phase)
  },
)

test('a pod that is deleted is replaced before it has ended', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.lingering.add('*')
  await set(ns)
  await counted(ns, { readyReplicas: 1 })
  const [pod] = await names(core(ns, 'pods'))
  await api.delete(core(ns, `pods/${pod}`))
  await until(async () => (await livePods(ns)).length === 1 && (await items(core(ns, 'pods'))).length === 2)
})
