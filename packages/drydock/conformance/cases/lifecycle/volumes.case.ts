import { expect, onTestFinished, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, gone, namespace, settled, unique, until } from '../../cluster.ts'
import { eventsOf, sheet } from '../../masked.ts'
import { core, create, merge } from '../../places.ts'

/** Makes a volume of a class of its own, which goes with the test. */
async function volume(
  name: string,
  storageClassName: string,
  spec: Json = {},
  labels: Json = {},
): Promise<Json> {
  onTestFinished(async () => {
    await api.delete(`/api/v1/persistentvolumes/${name}`)
    await api.patch(`/api/v1/persistentvolumes/${name}`, 'merge', { metadata: { finalizers: null } })
  })
  return await create('/api/v1/persistentvolumes', {
    metadata: { name, labels },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName,
      hostPath: { path: '/tmp/none' },
      ...spec,
    },
  })
}

async function claim(ns: string, storageClassName: string, spec: Json = {}, name = 'data'): Promise<Json> {
  return await create(core(ns, 'persistentvolumeclaims'), {
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName,
      resources: { requests: { storage: '1Gi' } },
      ...spec,
    },
  })
}

const bound = (ns: string, name = 'data') =>
  settled(core(ns, `persistentvolumeclaims/${name}`), (c) => c.status.phase === 'Bound')

const inPhase = (name: string, phase: string) =>
  settled(`/api/v1/persistentvolumes/${name}`, (v) => v.status.phase === phase)

test('a claim is bound to a volume, and both say so', async () => {
  const ns = await namespace()
  const name = unique('pv')
  await volume(name, name)
  await inPhase(name, 'Available')
  await claim(ns, name)
  const names = { [name]: 'PV', [ns]: 'NS' }
  expect(sheet(await bound(ns), names)).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: PersistentVolumeClaim
    metadata:
      annotations:
        pv.kubernetes.io/bind-completed: yes
        pv.kubernetes.io/bound-by-controller: yes
      creationTimestamp: <time>
      finalizers:
        - kubernetes.io/pvc-protection
      name: data
      namespace: NS
      resourceVersion: <version>
      uid: <uid>
    spec:
      accessModes:
        - ReadWriteOnce
      resources:
        requests:
          storage: 1Gi
      storageClassName: PV
      volumeMode: Filesystem
      volumeName: PV
    status:
      accessModes:
        - ReadWriteOnce
      capacity:
        storage: 1Gi
      phase: Bound"
  `)
  expect(sheet(await inPhase(name, 'Bound'), names)).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: PersistentVolume
    metadata:
      annotations:
        pv.kubernetes.io/bound-by-controller: yes
      creationTimestamp: <time>
      finalizers:
        - kubernetes.io/pv-protection
      name: PV
      resourceVersion: <version>
      uid: <uid>
    spec:
      accessModes:
        - ReadWriteOnce
      capacity:
        storage: 1Gi
      claimRef:
        apiVersion: v1
        kind: PersistentVolumeClaim
        name: data
        namespace: NS
        resourceVersion: <version>
        uid: <uid>
      hostPath:
        path: /tmp/none
        type: ""
      persistentVolumeReclaimPolicy: Retain
      storageClassName: PV
      volumeMode: Filesystem
    status:
      lastPhaseTransitionTime: <time>
      phase: Bound"
  `)
})

test('a volume that nobody claims is Available', async () => {
  const name = unique('pv')
  await volume(name, name)
  expect(sheet(await inPhase(name, 'Available'), { [name]: 'PV' })).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: PersistentVolume
    metadata:
      creationTimestamp: <time>
      finalizers:
        - kubernetes.io/pv-protection
      name: PV
      resourceVersion: <version>
      uid: <uid>
    spec:
      accessModes:
        - ReadWriteOnce
      capacity:
        storage: 1Gi
      hostPath:
        path: /tmp/none
        type: ""
      persistentVolumeReclaimPolicy: Retain
      storageClassName: PV
      volumeMode: Filesystem
    status:
      lastPhaseTransitionTime: <time>
      phase: Available"
  `)
})

test('the smallest volume that is large enough is taken', async () => {
  const ns = await namespace()
  const name = unique('pv')
  await volume(`${name}-5`, name, { capacity: { storage: '5Gi' } })
  await volume(`${name}-2`, name, { capacity: { storage: '2Gi' } })
  await volume(`${name}-05`, name, { capacity: { storage: '500Mi' } })
  for (const size of ['5', '2', '05']) await inPhase(`${name}-${size}`, 'Available')
  await claim(ns, name)
  const { spec, status } = await bound(ns)
  expect([spec.volumeName, status.capacity]).toEqual([`${name}-2`, { storage: '2Gi' }])
})

test.each<[string, Json, Json, Json]>([
  ['size', { capacity: { storage: '500Mi' } }, {}, {}],
  ['access mode', { accessModes: ['ReadOnlyMany'] }, {}, {}],
  ['volume mode', { volumeMode: 'Block' }, {}, {}],
  ['label', {}, { disk: 'hdd' }, { selector: { matchLabels: { disk: 'ssd' } } }],
])(
  'a volume of another %s does not do, and an event says that there is none',
  async (_, spec, labels, wanted) => {
    const ns = await namespace()
    const name = unique('pv')
    await volume(name, name, spec, labels)
    await inPhase(name, 'Available')
    await claim(ns, name, wanted)
    const [told] = await eventsOf(ns, 'PersistentVolumeClaim', 'data', 1, { [name]: 'CLASS' })
    expect(told).toBe(
      'persistentvolume-controller Warning ProvisioningFailed: storageclass.storage.k8s.io "CLASS" not found',
    )
    await inPhase(name, 'Available')
  },
)

test('a claim of no class takes a volume of no class', async () => {
  const ns = await namespace()
  const name = unique('pv')
  const selector = { matchLabels: { only: name } }
  await volume(name, '', {}, { only: name })
  await inPhase(name, 'Available')
  await claim(ns, '', { selector })
  expect((await bound(ns)).spec.volumeName).toBe(name)
})

test('a claim of no class without a volume is told that there is none', async () => {
  const ns = await namespace()
  await claim(ns, '', { selector: { matchLabels: { none: 'such' } } })
  expect(await eventsOf(ns, 'PersistentVolumeClaim', 'data', 1)).toMatchInlineSnapshot(`
    [
      "persistentvolume-controller Normal FailedBinding: no persistent volumes available for this claim and no storage class is set",
    ]
  `)
})

test('a claim may name its volume, whatever its labels', async () => {
  const ns = await namespace()
  const name = unique('pv')
  await volume(`${name}-1`, name)
  await volume(`${name}-2`, name)
  for (const n of [1, 2]) await inPhase(`${name}-${n}`, 'Available')
  await claim(ns, name, { volumeName: `${name}-2` })
  await bound(ns)
  await inPhase(`${name}-2`, 'Bound')
  await inPhase(`${name}-1`, 'Available')
})

test('a volume set aside for a claim waits for it', async () => {
  const ns = await namespace()
  const name = unique('pv')
  await volume(name, name, { claimRef: { namespace: ns, name: 'data' } })
  await inPhase(name, 'Available')
  await claim(ns, name, {}, 'other')
  await claim(ns, name)
  await bound(ns)
  expect((await api.get(core(ns, 'persistentvolumeclaims/other'))).body.status.phase).toBe('Pending')
})

test('a claim that names a volume that is not there waits for it', async () => {
  const ns = await namespace()
  const name = unique('pv')
  await claim(ns, name, { volumeName: name })
  await settled(core(ns, 'persistentvolumeclaims/data'), (c) => c.status.phase === 'Pending')
  await volume(name, name)
  // The real controller looks again every fifteen seconds.
  await settled(core(ns, 'persistentvolumeclaims/data'), (c) => c.status.phase === 'Bound', 90_000)
})

test('Retain keeps the volume, Released, for nobody else', async () => {
  const ns = await namespace()
  const name = unique('pv')
  await volume(name, name)
  const { metadata } = await claim(ns, name)
  await bound(ns)
  await api.delete(core(ns, 'persistentvolumeclaims/data'))
  const left = await inPhase(name, 'Released')
  expect(left.spec.claimRef.uid).toBe(metadata.uid)
  await claim(ns, name, {}, 'next')
  await eventsOf(ns, 'PersistentVolumeClaim', 'next', 1)
  await inPhase(name, 'Released')
})

test('a Released volume is Available again once its claim is taken off', async () => {
  const ns = await namespace()
  const name = unique('pv')
  await volume(name, name)
  await claim(ns, name)
  await bound(ns)
  await api.delete(core(ns, 'persistentvolumeclaims/data'))
  await inPhase(name, 'Released')
  await merge(`/api/v1/persistentvolumes/${name}`, { spec: { claimRef: null } })
  await inPhase(name, 'Available')
})

test('a bound claim whose volume is gone is Lost', async () => {
  const ns = await namespace()
  const name = unique('pv')
  await volume(name, name)
  await inPhase(name, 'Available')
  await claim(ns, name)
  await bound(ns)
  await inPhase(name, 'Bound')
  await api.delete(`/api/v1/persistentvolumes/${name}`)
  await merge(`/api/v1/persistentvolumes/${name}`, { metadata: { finalizers: null } })
  const lost = await settled(core(ns, 'persistentvolumeclaims/data'), (c) => c.status.phase === 'Lost')
  expect(sheet(lost.status)).toMatchInlineSnapshot(`"phase: Lost"`)
  expect(await eventsOf(ns, 'PersistentVolumeClaim', 'data', 1)).toMatchInlineSnapshot(`
    [
      "persistentvolume-controller Warning ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!",
    ]
  `)
})

test('a claim in use stays until its pod is gone', async () => {
  const ns = await namespace()
  const name = unique('pv')
  await volume(name, name)
  await claim(ns, name)
  await bound(ns)
  await create(core(ns, 'pods'), {
    metadata: { name: 'user' },
    spec: {
      containers: [{ name: 'main', image: 'redis' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  })
  await settled(core(ns, 'pods/user'), (p) => p.spec.nodeName)
  const deleted = await api.delete(core(ns, 'persistentvolumeclaims/data'))
  expect(deleted.body.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection'])
  await api.get(core(ns, 'pods/user'))
  expect(
    (await api.get(core(ns, 'persistentvolumeclaims/data'))).body.metadata.deletionTimestamp,
  ).toBeDefined()
  await api.delete(core(ns, 'pods/user'), { gracePeriodSeconds: 0 })
  await gone(core(ns, 'persistentvolumeclaims/data'))
})

test('a volume in use stays until its claim is gone', async () => {
  const ns = await namespace()
  const name = unique('pv')
  await volume(name, name)
  await claim(ns, name)
  await bound(ns)
  await inPhase(name, 'Bound')
  const deleted = await api.delete(`/api/v1/persistentvolumes/${name}`)
  expect(deleted.body.metadata.finalizers).toEqual(['kubernetes.io/pv-protection'])
  await api.delete(core(ns, 'persistentvolumeclaims/data'))
  await gone(`/api/v1/persistentvolumes/${name}`)
})

test('WaitForFirstConsumer binds when a pod comes, on a node where the volume is', async () => {
  const ns = await namespace()
  const name = unique('pv')
  onTestFinished(async () => {
    await api.delete(`/apis/storage.k8s.io/v1/storageclasses/${name}`)
  })
  await create('/apis/storage.k8s.io/v1/storageclasses', {
    metadata: { name },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  })
  const matchExpressions = [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['case-node-2'] }]
  await volume(name, name, { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } })
  await inPhase(name, 'Available')
  await claim(ns, name)
  expect(await eventsOf(ns, 'PersistentVolumeClaim', 'data', 1)).toMatchInlineSnapshot(`
    [
      "persistentvolume-controller Normal WaitForFirstConsumer: waiting for first consumer to be created before binding",
    ]
  `)
  await create(core(ns, 'pods'), {
    metadata: { name: 'user' },
    spec: {
      containers: [{ name: 'main', image: 'redis' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      nodeSelector: { 'kubernetes.io/hostname': 'case-node-2' },
    },
  })
  const pod = await settled(core(ns, 'pods/user'), (p) => p.spec.nodeName)
  expect(pod.spec.nodeName).toBe('case-node-2')
  await bound(ns)
})

test('two claims, one volume: the other one waits', async () => {
  const ns = await namespace()
  const name = unique('pv')
  await volume(name, name)
  await inPhase(name, 'Available')
  await claim(ns, name, {}, 'a')
  await bound(ns, 'a')
  await claim(ns, name, {}, 'b')
  await eventsOf(ns, 'PersistentVolumeClaim', 'b', 1)
  await api.delete(core(ns, 'persistentvolumeclaims/a'))
  await until(
    async () => (await api.get(`/api/v1/persistentvolumes/${name}`)).body.status.phase === 'Released',
  )
  expect((await api.get(core(ns, 'persistentvolumeclaims/b'))).body.status.phase).toBe('Pending')
})
