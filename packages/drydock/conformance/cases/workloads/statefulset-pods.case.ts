import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, gone, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { eventsOf, sheet } from '../../masked.ts'
import { apps, core, create, items, merge, names } from '../../places.ts'
import { podUid, ready, set } from './statefulset.ts'

test('the whole of a set as it is stored, with its defaults', async () => {
  const ns = await namespace()
  const made = await set(ns, 'replicas: 0')
  expect(sheet(made, { [ns]: 'NS' })).toMatchInlineSnapshot(`
    "apiVersion: apps/v1
    kind: StatefulSet
    metadata:
      creationTimestamp: <time>
      generation: 1
      name: web
      namespace: NS
      resourceVersion: <version>
      uid: <uid>
    spec:
      persistentVolumeClaimRetentionPolicy:
        whenDeleted: Retain
        whenScaled: Retain
      podManagementPolicy: OrderedReady
      replicas: 0
      revisionHistoryLimit: 10
      selector:
        matchLabels:
          app: web
      serviceName: web
      template:
        metadata:
          labels:
            app: web
        spec:
          containers:
            - image: redis
              imagePullPolicy: Always
              name: main
              resources: {}
              terminationMessagePath: /dev/termination-log
              terminationMessagePolicy: File
          dnsPolicy: ClusterFirst
          restartPolicy: Always
          schedulerName: default-scheduler
          securityContext: {}
          terminationGracePeriodSeconds: 30
      updateStrategy:
        rollingUpdate:
          partition: 0
        type: RollingUpdate
    status:
      availableReplicas: 0
      replicas: 0"
  `)
})

test('a pod of a set carries its identity', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 1')
  const { status } = await ready(ns, 1)
  const pod = (await api.get(core(ns, 'pods/web-0'))).body
  const hash = status.updateRevision.replace('web-', '')
  expect(sheet(pod.metadata, { [ns]: 'NS', [hash]: 'HASH' })).toMatchInlineSnapshot(`
    "creationTimestamp: <time>
    generateName: web-
    generation: 1
    labels:
      app: web
      apps.kubernetes.io/pod-index: "0"
      controller-revision-hash: web-HASH
      statefulset.kubernetes.io/pod-name: web-0
    name: web-0
    namespace: NS
    ownerReferences:
      - apiVersion: apps/v1
        blockOwnerDeletion: true
        controller: true
        kind: StatefulSet
        name: web
        uid: <uid>
    resourceVersion: <version>
    uid: <uid>"
  `)
  expect([pod.spec.hostname, pod.spec.subdomain]).toEqual(['web-0', 'web'])
})

test('the revision of a set holds its template', async () => {
  const ns = await namespace()
  await set(ns, 'replicas: 0')
  const { status } = await settled(apps(ns, 'statefulsets/web'), (s) => s.status.updateRevision)
  const [revision] = await items(apps(ns, 'controllerrevisions'))
  const hash = status.updateRevision.replace('web-', '')
  expect(sheet(revision, { [ns]: 'NS', [hash]: 'HASH' })).toMatchInlineSnapshot(`
    "data:
      spec:
        template:
          $patch: replace
          metadata:
            labels:
              app: web
          spec:
            containers:
              - image: redis
                imagePullPolicy: Always
                name: main
                resources: {}
                terminationMessagePath: /dev/termination-log
                terminationMessagePolicy: File
            dnsPolicy: ClusterFirst
            restartPolicy: Always
            schedulerName: default-scheduler
            securityContext: {}
            terminationGracePeriodSeconds: 30
    metadata:
      creationTimestamp: <time>
      labels:
        app: web
        controller.kubernetes.io/hash: HASH
      name: web-HASH
      namespace: NS
      ownerReferences:
        - apiVersion: apps/v1
          blockOwnerDeletion: true
          controller: true
          kind: StatefulSet
          name: web
          uid: <uid>
      resourceVersion: <version>
      uid: <uid>
    revision: 1"
  `)
})

test('the status of a set without replicas', async () => {
  const ns = await namespace()
  await set(ns, 'replicas: 0')
  const { status } = await settled(apps(ns, 'statefulsets/web'), (s) => s.status.observedGeneration === 1)
  expect(sheet(status, { [status.updateRevision]: 'REVISION' })).toMatchInlineSnapshot(`
    "availableReplicas: 0
    collisionCount: 0
    currentRevision: REVISION
    observedGeneration: 1
    replicas: 0
    updateRevision: REVISION"
  `)
})

test('the status while the first pod is not ready yet, and when it is', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.slow.add('web-0')
  await set(ns, 'replicas: 2')
  const one = await settled(apps(ns, 'statefulsets/web'), (s) => s.status.replicas === 1)
  const hide = { [one.status.updateRevision]: 'REVISION' }
  expect(sheet(one.status, hide)).toMatchInlineSnapshot(`
    "availableReplicas: 0
    collisionCount: 0
    currentReplicas: 1
    currentRevision: REVISION
    observedGeneration: 1
    replicas: 1
    updateRevision: REVISION
    updatedReplicas: 1"
  `)
  kubelet.slow.clear()
  await kubelet.look()
  expect(sheet((await ready(ns, 2)).status, hide)).toMatchInlineSnapshot(`
    "availableReplicas: 2
    collisionCount: 0
    currentReplicas: 2
    currentRevision: REVISION
    observedGeneration: 1
    readyReplicas: 2
    replicas: 2
    updateRevision: REVISION
    updatedReplicas: 2"
  `)
})

test('Parallel makes all pods at once, ready or not', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.slow.add('*')
  await set(ns, 'replicas: 3\npodManagementPolicy: Parallel')
  const { status } = await settled(apps(ns, 'statefulsets/web'), (s) => s.status.replicas === 3)
  expect(status).toMatchObject({ currentReplicas: 3, updatedReplicas: 3, availableReplicas: 0 })
  expect(status.readyReplicas).toBeUndefined()
})

test('events tell of each pod made and taken away', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 2')
  await ready(ns, 2)
  await merge(apps(ns, 'statefulsets/web'), { spec: { replicas: 1 } })
  await gone(core(ns, 'pods/web-1'))
  expect(await eventsOf(ns, 'StatefulSet', 'web', 3)).toMatchInlineSnapshot(`
    [
      "statefulset-controller Normal SuccessfulCreate: create Pod web-0 in StatefulSet web successful",
      "statefulset-controller Normal SuccessfulCreate: create Pod web-1 in StatefulSet web successful",
      "statefulset-controller Normal SuccessfulDelete: delete Pod web-1 in StatefulSet web successful",
    ]
  `)
})

test('fewer replicas take away the highest ordinal, one after the other', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await set(ns, 'replicas: 3')
  await ready(ns, 3)
  kubelet.lingering.add('web-2')
  await merge(apps(ns, 'statefulsets/web'), { spec: { replicas: 1 } })
  await settled(core(ns, 'pods/web-2'), (pod) => pod.metadata.deletionTimestamp)
  const { status } = await settled(apps(ns, 'statefulsets/web'), (s) => s.status.observedGeneration === 2)
  expect(status.replicas).toBe(3)
  expect((await api.get(core(ns, 'pods/web-1'))).body.metadata.deletionTimestamp).toBeUndefined()
  kubelet.lingering.clear()
  await kubelet.look()
  await gone(core(ns, 'pods/web-1'))
  expect(await names(core(ns, 'pods'))).toEqual(['web-0'])
})

test('Parallel takes all surplus pods away at once', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.lingering.add('*')
  await set(ns, 'replicas: 3\npodManagementPolicy: Parallel')
  await ready(ns, 3)
  await merge(apps(ns, 'statefulsets/web'), { spec: { replicas: 0 } })
  await until(async () => (await items(core(ns, 'pods'))).every((p) => p.metadata.deletionTimestamp))
  expect(await names(core(ns, 'pods'))).toEqual(['web-0', 'web-1', 'web-2'])
})

test('a pod deleted by hand comes back under its name', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 2')
  await ready(ns, 2)
  const uid = await podUid(ns, 'web-0')
  await api.delete(core(ns, 'pods/web-0'))
  const next = await settled(core(ns, 'pods/web-0'), (pod) => pod.metadata.uid !== uid)
  expect(next.metadata.labels['apps.kubernetes.io/pod-index']).toBe('0')
})

test.each(['Failed', 'Succeeded'] as const)('a %s pod is replaced, and events say so', async (phase) => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await set(ns, 'replicas: 1')
  await ready(ns, 1)
  const uid = await podUid(ns, 'web-0')
  kubelet.ends.set('web-0', phase)
  await kubelet.look()
  await settled(core(ns, 'pods/web-0'), (pod) => pod.metadata.uid !== uid)
  kubelet.ends.clear()
  await kubelet.look()
  await ready(ns, 1)
  const told = await eventsOf(ns, 'StatefulSet', 'web', 2)
  // Whether it also tells of deleting what is gone already is chance.
  expect(told.filter((line) => line.includes(' Normal '))).toMatchInlineSnapshot(`
    [
      "statefulset-controller Normal SuccessfulCreate: create Pod web-0 in StatefulSet web successful",
      "statefulset-controller Normal SuccessfulDelete: delete Pod web-0 in StatefulSet web successful",
    ]
  `)
})

test('ordinals may start elsewhere', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 2\nordinals: {start: 5}')
  await ready(ns, 2)
  expect(await names(core(ns, 'pods'))).toEqual(['web-5', 'web-6'])
})

test('a later start takes the lower pods away and makes higher ones', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 2')
  await ready(ns, 2)
  await merge(apps(ns, 'statefulsets/web'), { spec: { ordinals: { start: 1 } } })
  await until(async () => (await names(core(ns, 'pods'))).join() === 'web-1,web-2')
})

test('minReadySeconds keeps ready pods from counting as available', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 2\nminReadySeconds: 3600')
  const { status } = await settled(apps(ns, 'statefulsets/web'), (s) => s.status.readyReplicas === 1)
  expect(sheet(status, { [status.updateRevision]: 'REVISION' })).toMatchInlineSnapshot(`
    "availableReplicas: 0
    collisionCount: 0
    currentReplicas: 1
    currentRevision: REVISION
    observedGeneration: 1
    readyReplicas: 1
    replicas: 1
    updateRevision: REVISION
    updatedReplicas: 1"
  `)
  expect(await names(core(ns, 'pods'))).toEqual(['web-0'])
})

test('an orphan that fits the selector and the names is adopted', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await create(
    core(ns, 'pods'),
    `
metadata: {name: web-0, labels: {app: web}}
spec: {containers: [{name: main, image: redis}]}`,
  )
  const { metadata } = await set(ns, 'replicas: 1')
  const pod = await settled(core(ns, 'pods/web-0'), (p) => p.metadata.ownerReferences)
  expect(pod.metadata.ownerReferences).toEqual([
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      name: 'web',
      uid: metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ])
  const labelled = await settled(
    core(ns, 'pods/web-0'),
    (p) => p.metadata.labels['apps.kubernetes.io/pod-index'],
  )
  expect(labelled.metadata.labels).toMatchObject({ 'statefulset.kubernetes.io/pod-name': 'web-0' })
})

test('a pod whose labels no longer fit is let go, and its place is taken once the name is free', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await set(ns, 'replicas: 1')
  await ready(ns, 1)
  await merge(core(ns, 'pods/web-0'), { metadata: { labels: { app: 'other' } } })
  const pod = await settled(core(ns, 'pods/web-0'), (p) => p.metadata.ownerReferences === undefined)
  await api.delete(core(ns, 'pods/web-0'))
  const next = await settled(core(ns, 'pods/web-0'), (p: Json) => p.metadata.uid !== pod.metadata.uid)
  expect(next.metadata.labels.app).toBe('web')
})

test('a name that somebody else has is waited for', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await create(core(ns, 'pods'), 'metadata: {name: web-0}\nspec: {containers: [{name: main, image: redis}]}')
  await set(ns, 'replicas: 1')
  const { status } = await settled(apps(ns, 'statefulsets/web'), (s) => s.status.observedGeneration === 1)
  expect(status.replicas).toBe(0)
  await api.delete(core(ns, 'pods/web-0'))
  await ready(ns, 1)
})
