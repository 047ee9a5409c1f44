import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { conditions, eventsOf } from '../../masked.ts'
import { apps, core, create, items, merge } from '../../places.ts'
import { deployment, hashes, rolled, template } from './deployment.ts'

const path = (ns: string) => apps(ns, 'deployments/web')

/** What `Progressing` said, in the order it was said. */
async function watchProgress(ns: string): Promise<() => Promise<string[]>> {
  const watch = await api.watch(`${apps(ns, 'deployments')}?watch=true`)
  return async () => {
    // What was read may be ahead of what the watch has told.
    const { resourceVersion } = (await api.get(path(ns))).body.metadata
    await watch.until((events) => events.some((e) => e.object.metadata?.resourceVersion === resourceVersion))
    watch.close()
    const hide = Object.fromEntries(Object.entries(await hashes(ns)).map(([hash, name]) => [hash, name]))
    const said = watch.events.flatMap(({ object }) =>
      conditions(object, hide).filter((line) => line.startsWith('Progressing')),
    )
    return said.filter((line, i) => line !== said[i - 1])
  }
}

test('a roll-out from its start to its end', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.slow.add('*')
  const progress = await watchProgress(ns)
  await deployment(ns, { replicas: 1 })
  await settled(path(ns), (d) => d.status.updatedReplicas === 1 && d.status.unavailableReplicas === 1)
  await settled(path(ns), (d) => conditions(d).some((c) => c.includes('ReplicaSetUpdated')))
  kubelet.slow.clear()
  await kubelet.look()
  await rolled(ns, 1)
  expect(await progress()).toMatchInlineSnapshot(`
    [
      "Progressing True NewReplicaSetCreated: Created new replica set "web-HASH1"",
      "Progressing True ReplicaSetUpdated: ReplicaSet "web-HASH1" is progressing.",
      "Progressing True NewReplicaSetAvailable: ReplicaSet "web-HASH1" has successfully progressed.",
    ]
  `)
})

test('a new template: created, updated, available', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns, { replicas: 1 })
  await rolled(ns, 1)
  const progress = await watchProgress(ns)
  await merge(path(ns), { spec: { template: template('redis:2') } })
  await rolled(ns, 1)
  const said = await progress()
  expect([said.at(1), said.at(-1)]).toMatchInlineSnapshot(`
    [
      "Progressing True NewReplicaSetCreated: Created new replica set "web-HASH2"",
      "Progressing True NewReplicaSetAvailable: ReplicaSet "web-HASH2" has successfully progressed.",
    ]
  `)
})

test('a ReplicaSet that was there already is found', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns, { replicas: 1 })
  await rolled(ns, 1)
  await api.delete(path(ns), { propagationPolicy: 'Orphan' })
  await until(async () => (await api.get(path(ns))).code === 404)
  const progress = await watchProgress(ns)
  await deployment(ns, { replicas: 1 })
  await rolled(ns, 1)
  expect((await progress()).slice(0, 1)).toMatchInlineSnapshot(`
    [
      "Progressing True FoundNewReplicaSet: Found new replica set "web-HASH1"",
    ]
  `)
  expect(await items(apps(ns, 'replicasets'))).toHaveLength(1)
})

test('the template of before: found, and scaled up again', async () => {
  const ns = await namespace()
  await deployment(ns, { replicas: 0 })
  await rolled(ns, 0)
  await merge(path(ns), { spec: { template: template('redis:2') } })
  await until(async () => (await items(apps(ns, 'replicasets'))).length === 2)
  await merge(path(ns), { spec: { template: template('redis:1') } })
  const found = await settled(
    path(ns),
    (d) => d.metadata.annotations['deployment.kubernetes.io/revision'] === '3',
  )
  expect(found.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '3' })
})

test('scaling is no roll-out: Progressing stays as it was', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns, { replicas: 1 })
  const before = await rolled(ns, 1)
  const of = (d: Json) => d.status.conditions.find((c: Json) => c.type === 'Progressing')
  await merge(path(ns), { spec: { replicas: 2 } })
  const after = await rolled(ns, 2)
  expect(of(after)).toEqual(of(before))
})

test('pods that may not be made are told of as ReplicaFailure', async () => {
  const ns = await namespace()
  await deployment(ns, {
    replicas: 1,
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { serviceAccountName: 'nobody', containers: [{ name: 'main', image: 'redis:1' }] },
    },
  })
  const failed = await settled(path(ns), (d) => conditions(d).some((c) => c.startsWith('ReplicaFailure')))
  const hide = { ...(await hashes(ns)), [ns]: 'NS' }
  const masks = (line: string) => line.replace(/pods "[^"]+"/, 'pods "POD"')
  expect(conditions(failed, hide).map(masks)).toMatchInlineSnapshot(`
    [
      "Available False MinimumReplicasUnavailable: Deployment does not have minimum availability.",
      "Progressing True NewReplicaSetCreated: Created new replica set "web-HASH1"",
      "ReplicaFailure True FailedCreate: pods "POD" is forbidden: error looking up service account NS/nobody: serviceaccount "nobody" not found",
    ]
  `)
  const [set] = await items(apps(ns, 'replicasets'))
  expect(conditions(set, hide).map(masks)).toMatchInlineSnapshot(`
    [
      "ReplicaFailure True FailedCreate: pods "POD" is forbidden: error looking up service account NS/nobody: serviceaccount "nobody" not found",
    ]
  `)
  const told = await eventsOf(ns, 'ReplicaSet', set.metadata.name, 1, hide)
  expect([...new Set(told.map(masks))]).toMatchInlineSnapshot(`
    [
      "replicaset-controller Warning FailedCreate: Error creating: pods "POD" is forbidden: error looking up service account NS/nobody: serviceaccount "nobody" not found",
    ]
  `)
  await create(core(ns, 'serviceaccounts'), { metadata: { name: 'nobody' } })
  await settled(path(ns), (d) => !conditions(d).some((c) => c.startsWith('ReplicaFailure')))
})

test('no deadline, no Progressing', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns, { replicas: 1, progressDeadlineSeconds: 2147483647 })
  expect(conditions(await rolled(ns, 1))).toMatchInlineSnapshot(`
    [
      "Available True MinimumReplicasAvailable: Deployment has minimum availability.",
    ]
  `)
})

test('paused from the start', async () => {
  const ns = await namespace()
  await deployment(ns, { replicas: 1, paused: true })
  const found = await settled(path(ns), (d) => d.status.observedGeneration === 1 && d.status.conditions)
  expect(conditions(found)).toMatchInlineSnapshot(`
    [
      "Available False MinimumReplicasUnavailable: Deployment does not have minimum availability.",
      "Progressing Unknown DeploymentPaused: Deployment is paused",
    ]
  `)
  expect(await items(apps(ns, 'replicasets'))).toEqual([])
})

test('minReadySeconds that changes changes the ReplicaSet', async () => {
  const ns = await namespace()
  await deployment(ns, { replicas: 0 })
  await rolled(ns, 0)
  await merge(path(ns), { spec: { minReadySeconds: 7 } })
  await until(async () => (await items(apps(ns, 'replicasets')))[0]?.spec.minReadySeconds === 7)
})
