import { expect, test } from 'vitest'
import { api, gone, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { eventsOf, sheet } from '../../masked.ts'
import { apps, core, merge, names } from '../../places.ts'
import { set } from './statefulset.ts'

const template = `
volumeClaimTemplates:
- metadata: {name: data, labels: {kind: disk}, annotations: {note: kept}}
  spec: {accessModes: [ReadWriteOnce], storageClassName: none, resources: {requests: {storage: 1Gi}}}`

test('each pod has a claim from the template, and mounts it', async () => {
  const ns = await namespace()
  await set(ns, `replicas: 1${template}`)
  const claim = await settled(
    core(ns, 'persistentvolumeclaims/data-web-0'),
    (c) => c.status.phase === 'Pending',
  )
  expect(sheet(claim, { [ns]: 'NS' })).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: PersistentVolumeClaim
    metadata:
      annotations:
        note: kept
      creationTimestamp: <time>
      finalizers:
        - kubernetes.io/pvc-protection
      labels:
        app: web
        kind: disk
      name: data-web-0
      namespace: NS
      resourceVersion: <version>
      uid: <uid>
    spec:
      accessModes:
        - ReadWriteOnce
      resources:
        requests:
          storage: 1Gi
      storageClassName: none
      volumeMode: Filesystem
    status:
      phase: Pending"
  `)
  const pod = await settled(core(ns, 'pods/web-0'), () => true)
  expect(pod.spec.volumes).toContainEqual({
    name: 'data',
    persistentVolumeClaim: { claimName: 'data-web-0' },
  })
  expect(await eventsOf(ns, 'StatefulSet', 'web', 2)).toMatchInlineSnapshot(`
    [
      "statefulset-controller Normal SuccessfulCreate: create Claim data-web-0 Pod web-0 in StatefulSet web success",
      "statefulset-controller Normal SuccessfulCreate: create Pod web-0 in StatefulSet web successful",
    ]
  `)
})

test('the claim template as it is stored', async () => {
  const ns = await namespace()
  const { spec } = await set(ns, `replicas: 0${template}`)
  expect(sheet(spec.volumeClaimTemplates)).toMatchInlineSnapshot(`
    "- apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        annotations:
          note: kept
        labels:
          kind: disk
        name: data
      spec:
        accessModes:
          - ReadWriteOnce
        resources:
          requests:
            storage: 1Gi
        storageClassName: none
        volumeMode: Filesystem
      status:
        phase: Pending"
  `)
})

test.each([
  ['Retain', 'Retain'],
  ['Delete', 'Retain'],
  ['Retain', 'Delete'],
  ['Delete', 'Delete'],
])('whenDeleted %s, whenScaled %s: who owns the claims', async (whenDeleted, whenScaled) => {
  const ns = await namespace()
  await set(
    ns,
    `replicas: 2\npodManagementPolicy: Parallel\npersistentVolumeClaimRetentionPolicy: {whenDeleted: ${whenDeleted}, whenScaled: ${whenScaled}}${template}`,
  )
  const wanted = whenDeleted === 'Delete' ? 'StatefulSet' : undefined
  const claim = await settled(
    core(ns, 'persistentvolumeclaims/data-web-1'),
    (c) => c.metadata.ownerReferences?.[0]?.kind === wanted,
  )
  if (wanted) {
    const { uid } = (await api.get(apps(ns, 'statefulsets/web'))).body.metadata
    expect(claim.metadata.ownerReferences).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        name: 'web',
        uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ])
  }
})

test('whenScaled Delete takes the claims of the pods that go, and no others', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(
    ns,
    `replicas: 2\npodManagementPolicy: Parallel\npersistentVolumeClaimRetentionPolicy: {whenScaled: Delete}${template}`,
  )
  await until(async () => (await names(core(ns, 'pods'))).length === 2)
  await merge(apps(ns, 'statefulsets/web'), { spec: { replicas: 1 } })
  await gone(core(ns, 'persistentvolumeclaims/data-web-1'))
  expect(await names(core(ns, 'persistentvolumeclaims'))).toEqual(['data-web-0'])
})

test('whenScaled Retain keeps them, and the pod that comes back has its old one', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, `replicas: 2\npodManagementPolicy: Parallel${template}`)
  await until(async () => (await names(core(ns, 'pods'))).length === 2)
  const { uid } = (await api.get(core(ns, 'persistentvolumeclaims/data-web-1'))).body.metadata
  await merge(apps(ns, 'statefulsets/web'), { spec: { replicas: 1 } })
  await until(async () => (await names(core(ns, 'pods'))).join() === 'web-0')
  await merge(apps(ns, 'statefulsets/web'), { spec: { replicas: 2 } })
  await until(async () => (await names(core(ns, 'pods'))).length === 2)
  expect((await api.get(core(ns, 'persistentvolumeclaims/data-web-1'))).body.metadata.uid).toBe(uid)
})

test('whenDeleted Delete takes the claims with the set', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, `replicas: 1\npersistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}${template}`)
  await settled(core(ns, 'persistentvolumeclaims/data-web-0'), (c) => c.metadata.ownerReferences)
  await api.delete(apps(ns, 'statefulsets/web'))
  await gone(core(ns, 'persistentvolumeclaims/data-web-0'))
})

test('whenDeleted Retain leaves them', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, `replicas: 1${template}`)
  await settled(core(ns, 'pods/web-0'), () => true)
  await api.delete(apps(ns, 'statefulsets/web'))
  await gone(core(ns, 'pods/web-0'))
  expect(await names(core(ns, 'persistentvolumeclaims'))).toEqual(['data-web-0'])
})

test('a policy that changes changes the owners of claims that are there', async () => {
  const ns = await namespace()
  await set(ns, `replicas: 1${template}`)
  await settled(
    core(ns, 'persistentvolumeclaims/data-web-0'),
    (c) => c.metadata.ownerReferences === undefined,
  )
  const policy = (whenDeleted: string) => ({
    spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted } },
  })
  await merge(apps(ns, 'statefulsets/web'), policy('Delete'))
  await settled(
    core(ns, 'persistentvolumeclaims/data-web-0'),
    (c) => c.metadata.ownerReferences?.length === 1,
  )
  await merge(apps(ns, 'statefulsets/web'), policy('Retain'))
  await settled(
    core(ns, 'persistentvolumeclaims/data-web-0'),
    (c) => c.metadata.ownerReferences === undefined,
  )
})
