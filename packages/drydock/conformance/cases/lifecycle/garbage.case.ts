import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, gone, namespace, settled, unique, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { conditions, eventsOf } from '../../masked.ts'
import { apps, core, create, items, merge, names } from '../../places.ts'

/** A reference to an object. */
function owner(object: Json, more: Json = {}): Json {
  const { apiVersion, kind, metadata } = object
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, ...more }
}

async function map(ns: string, name: string, owners: Json[] = [], more: Json = {}): Promise<Json> {
  return await create(core(ns, 'configmaps'), { metadata: { name, ownerReferences: owners, ...more } })
}

test('background: the owner is gone at once, what it owned follows', async () => {
  const ns = await namespace()
  const one = await map(ns, 'one')
  await map(ns, 'two', [owner(one)])
  const deleted = await api.delete(core(ns, 'configmaps/one'), { propagationPolicy: 'Background' })
  expect(deleted.body.status).toBe('Success')
  expect((await api.get(core(ns, 'configmaps/one'))).code).toBe(404)
  await gone(core(ns, 'configmaps/two'))
})

test('foreground: the owner waits for what blocks it', async () => {
  const ns = await namespace()
  const one = await map(ns, 'one')
  await map(ns, 'two', [owner(one, { blockOwnerDeletion: true })], { finalizers: ['example.com/hold'] })
  const deleted = await api.delete(core(ns, 'configmaps/one'), { propagationPolicy: 'Foreground' })
  expect(deleted.code).toBe(200)
  expect(deleted.body.metadata.finalizers).toEqual(['foregroundDeletion'])
  expect(deleted.body.metadata.deletionTimestamp).toBeDefined()
  await settled(core(ns, 'configmaps/two'), (c) => c.metadata.deletionTimestamp)
  expect((await api.get(core(ns, 'configmaps/one'))).code).toBe(200)
  await merge(core(ns, 'configmaps/two'), { metadata: { finalizers: null } })
  await gone(core(ns, 'configmaps/one'))
})

test('foreground: the owner does not wait for what does not block it', async () => {
  const ns = await namespace()
  const one = await map(ns, 'one')
  await map(ns, 'two', [owner(one)], { finalizers: ['example.com/hold'] })
  await api.delete(core(ns, 'configmaps/one'), { propagationPolicy: 'Foreground' })
  await gone(core(ns, 'configmaps/one'))
  await settled(core(ns, 'configmaps/two'), (c) => c.metadata.deletionTimestamp)
  await merge(core(ns, 'configmaps/two'), { metadata: { finalizers: null } })
})

test('foreground goes on through those that own others themselves', async () => {
  const ns = await namespace()
  const one = await map(ns, 'one')
  const two = await map(ns, 'two', [owner(one, { blockOwnerDeletion: true })])
  await map(ns, 'three', [owner(two, { blockOwnerDeletion: true })], { finalizers: ['example.com/hold'] })
  await api.delete(core(ns, 'configmaps/one'), { propagationPolicy: 'Foreground' })
  await settled(core(ns, 'configmaps/three'), (c) => c.metadata.deletionTimestamp)
  const waiting = (await api.get(core(ns, 'configmaps/two'))).body
  expect(waiting.metadata.finalizers).toEqual(['foregroundDeletion'])
  await merge(core(ns, 'configmaps/three'), { metadata: { finalizers: null } })
  await gone(core(ns, 'configmaps/one'))
  await gone(core(ns, 'configmaps/two'))
})

test('orphan: what it owned stays, without the reference', async () => {
  const ns = await namespace()
  const one = await map(ns, 'one')
  const other = await map(ns, 'other')
  await map(ns, 'two', [owner(one), owner(other)])
  await map(ns, 'three', [owner(one)])
  await api.delete(core(ns, 'configmaps/one'), { propagationPolicy: 'Orphan' })
  await gone(core(ns, 'configmaps/one'))
  expect((await api.get(core(ns, 'configmaps/two'))).body.metadata.ownerReferences).toEqual([owner(other)])
  expect((await api.get(core(ns, 'configmaps/three'))).body.metadata.ownerReferences).toBeUndefined()
})

test('of two owners the last one takes it along; the reference to the first goes', async () => {
  const ns = await namespace()
  const one = await map(ns, 'one')
  const other = await map(ns, 'other')
  await map(ns, 'two', [owner(one), owner(other)])
  await api.delete(core(ns, 'configmaps/one'), { propagationPolicy: 'Background' })
  const kept = await settled(core(ns, 'configmaps/two'), (c) => c.metadata.ownerReferences.length === 1)
  expect(kept.metadata.ownerReferences).toEqual([owner(other)])
  await api.delete(core(ns, 'configmaps/other'))
  await gone(core(ns, 'configmaps/two'))
})

test('an owner that never was takes it along', async () => {
  const ns = await namespace()
  const one = await map(ns, 'one')
  await map(ns, 'two', [{ ...owner(one), name: 'none', uid: '00000000-0000-4000-8000-000000000001' }])
  await gone(core(ns, 'configmaps/two'))
})

test('an owner of that name with another uid takes it along', async () => {
  const ns = await namespace()
  const one = await map(ns, 'one')
  await map(ns, 'two', [{ ...owner(one), uid: '00000000-0000-4000-8000-000000000002' }])
  await gone(core(ns, 'configmaps/two'))
  expect((await api.get(core(ns, 'configmaps/one'))).code).toBe(200)
})

test('an owner in another namespace does not count, and an event says so', async () => {
  const ns = await namespace()
  const elsewhere = await namespace()
  const one = await map(elsewhere, 'one')
  const two = await map(ns, 'two', [owner(one)])
  await gone(core(ns, 'configmaps/two'))
  const [told] = await eventsOf(ns, 'ConfigMap', 'two', 1, {
    [elsewhere]: 'ELSEWHERE',
    [one.metadata.uid]: 'UID',
  })
  expect(told).toMatchInlineSnapshot(
    `"garbage-collector-controller Warning OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: NS, name: one, uid: UID] does not exist in namespace "NS""`,
  )
  expect(two.metadata.name).toBe('two')
})

test('a cluster-scoped owner takes what is in namespaces along', async () => {
  const ns = await namespace()
  const role = await create('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: unique('role') },
  })
  await map(ns, 'two', [owner({ ...role, apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' })])
  await api.delete(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${role.metadata.name}`)
  await gone(core(ns, 'configmaps/two'))
})

test('a Deployment takes its ReplicaSets and pods along', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await create(
    apps(ns, 'deployments'),
    `
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: redis}]}`,
  )
  await settled(apps(ns, 'deployments/web'), (d) => d.status.readyReplicas === 1)
  await api.delete(apps(ns, 'deployments/web'))
  await until(async () => (await items(core(ns, 'pods'))).length === 0)
  expect(await names(apps(ns, 'replicasets'))).toEqual([])
})

test('what kubectl delete --cascade=orphan leaves of a Deployment', async () => {
  const ns = await namespace()
  await create(
    apps(ns, 'deployments'),
    `
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: redis}]}`,
  )
  await until(async () => (await items(core(ns, 'pods'))).length === 1)
  await api.delete(apps(ns, 'deployments/web'), { propagationPolicy: 'Orphan' })
  await gone(apps(ns, 'deployments/web'))
  const [set] = await items(apps(ns, 'replicasets'))
  expect(set.metadata.ownerReferences).toBeUndefined()
  expect(await items(core(ns, 'pods'))).toHaveLength(1)
})

/** A kind of its own for one case; gives the path of its objects. */
async function kindOf(ns: string): Promise<{ path: string; apiVersion: string; name: string }> {
  const plural = `${unique('things').replace('-', '')}`
  const name = `${plural}.example.com`
  await create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind: plural.replace('things', 'Thing') },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  })
  const definition = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`
  await settled(definition, (d) => conditions(d).some((c) => c.startsWith('Established True')))
  const path = `/apis/example.com/v1/namespaces/${ns}/${plural}`
  await until(async () => (await api.get(path)).code === 200)
  return { path, apiVersion: 'example.com/v1', name: definition }
}

test('a definition takes its objects along, also those that others refer to', async () => {
  const ns = await namespace()
  const { path, apiVersion, name } = await kindOf(ns)
  const { kind } = (await api.get(name)).body.spec.names
  const one = await create(path, { apiVersion, kind, metadata: { name: 'one' } })
  const two = await map(ns, 'two', [owner(one)])
  await api.delete(name)
  await gone(name)
  // The real server serves the kind a moment longer than it shows the definition.
  await gone(path)
  expect(two.metadata.name).toBe('two')
})
