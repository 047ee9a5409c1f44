import { expect, test } from 'vitest'
import { api, gone, kubectl, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { conditions, eventsOf, sheet } from '../../masked.ts'
import { apps, core, items, merge } from '../../places.ts'
import { deployment, hashes, rolled, template } from './deployment.ts'

const path = (ns: string) => apps(ns, 'deployments/web')

test('the whole of a Deployment, of its ReplicaSet and of its pod', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns)
  const made = await rolled(ns, 1)
  const [set] = await items(apps(ns, 'replicasets'))
  const [pod] = await items(core(ns, 'pods'))
  const names = { [pod.metadata.name]: 'POD', ...(await hashes(ns)), [ns]: 'NS' }
  expect(sheet({ ...made, spec: { ...made.spec, template: undefined } }, names)).toMatchInlineSnapshot(`
    "apiVersion: apps/v1
    kind: Deployment
    metadata:
      annotations:
        deployment.kubernetes.io/revision: "1"
      creationTimestamp: <time>
      generation: 1
      name: web
      namespace: NS
      resourceVersion: <version>
      uid: <uid>
    spec:
      progressDeadlineSeconds: 600
      replicas: 1
      revisionHistoryLimit: 10
      selector:
        matchLabels:
          app: web
      strategy:
        rollingUpdate:
          maxSurge: 25%
          maxUnavailable: 25%
        type: RollingUpdate
    status:
      availableReplicas: 1
      conditions:
        - lastTransitionTime: <time>
          lastUpdateTime: <time>
          message: Deployment has minimum availability.
          reason: MinimumReplicasAvailable
          status: "True"
          type: Available
        - lastTransitionTime: <time>
          lastUpdateTime: <time>
          message: ReplicaSet "web-HASH1" has successfully progressed.
          reason: NewReplicaSetAvailable
          status: "True"
          type: Progressing
      observedGeneration: 1
      readyReplicas: 1
      replicas: 1
      updatedReplicas: 1"
  `)
  expect(sheet(set, names)).toMatchInlineSnapshot(`
    "metadata:
      annotations:
        deployment.kubernetes.io/desired-replicas: "1"
        deployment.kubernetes.io/max-replicas: "2"
        deployment.kubernetes.io/revision: "1"
      creationTimestamp: <time>
      generation: 1
      labels:
        app: web
        pod-template-hash: HASH1
      name: web-HASH1
      namespace: NS
      ownerReferences:
        - apiVersion: apps/v1
          blockOwnerDeletion: true
          controller: true
          kind: Deployment
          name: web
          uid: <uid>
      resourceVersion: <version>
      uid: <uid>
    spec:
      replicas: 1
      selector:
        matchLabels:
          app: web
          pod-template-hash: HASH1
      template:
        metadata:
          labels:
            app: web
            pod-template-hash: HASH1
        spec:
          containers:
            - image: redis:1
              imagePullPolicy: IfNotPresent
              name: main
              resources: {}
              terminationMessagePath: /dev/termination-log
              terminationMessagePolicy: File
          dnsPolicy: ClusterFirst
          restartPolicy: Always
          schedulerName: default-scheduler
          securityContext: {}
          terminationGracePeriodSeconds: 30
    status:
      availableReplicas: 1
      fullyLabeledReplicas: 1
      observedGeneration: 1
      readyReplicas: 1
      replicas: 1"
  `)
  expect(sheet(pod.metadata, names)).toMatchInlineSnapshot(`
    "creationTimestamp: <time>
    generateName: web-HASH1-
    generation: 1
    labels:
      app: web
      pod-template-hash: HASH1
    name: POD
    namespace: NS
    ownerReferences:
      - apiVersion: apps/v1
        blockOwnerDeletion: true
        controller: true
        kind: ReplicaSet
        name: web-HASH1
        uid: <uid>
    resourceVersion: <version>
    uid: <uid>"
  `)
})

test('the status while it starts', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.slow.add('*')
  await deployment(ns, { replicas: 2 })
  const found = await settled(
    path(ns),
    ({ status }) => status.replicas === 2 && status.conditions?.length === 2,
  )
  expect(sheet({ ...found.status, conditions: undefined })).toMatchInlineSnapshot(`
    "observedGeneration: 1
    replicas: 2
    unavailableReplicas: 2
    updatedReplicas: 2"
  `)
  expect(conditions(found, await hashes(ns))).toMatchInlineSnapshot(`
    [
      "Available False MinimumReplicasUnavailable: Deployment does not have minimum availability.",
      "Progressing True ReplicaSetUpdated: ReplicaSet "web-HASH1" is progressing.",
    ]
  `)
})

test('events tell how ReplicaSets are scaled', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns, { replicas: 2 })
  await rolled(ns, 2)
  await merge(path(ns), { spec: { template: template('redis:2') } })
  await rolled(ns, 2)
  await merge(path(ns), { spec: { replicas: 3 } })
  await rolled(ns, 3)
  expect(await eventsOf(ns, 'Deployment', 'web', 6, await hashes(ns))).toMatchInlineSnapshot(`
    [
      "deployment-controller Normal ScalingReplicaSet: Scaled down replica set web-HASH1 from 1 to 0",
      "deployment-controller Normal ScalingReplicaSet: Scaled down replica set web-HASH1 from 2 to 1",
      "deployment-controller Normal ScalingReplicaSet: Scaled up replica set web-HASH1 from 0 to 2",
      "deployment-controller Normal ScalingReplicaSet: Scaled up replica set web-HASH2 from 0 to 1",
      "deployment-controller Normal ScalingReplicaSet: Scaled up replica set web-HASH2 from 1 to 2",
      "deployment-controller Normal ScalingReplicaSet: Scaled up replica set web-HASH2 from 2 to 3",
    ]
  `)
})

test('a ReplicaSet tells of the pods it makes and takes away', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns)
  await rolled(ns, 1)
  const [set] = await items(apps(ns, 'replicasets'))
  const [pod] = await items(core(ns, 'pods'))
  await merge(path(ns), { spec: { replicas: 0 } })
  await until(async () => (await items(core(ns, 'pods'))).length === 0)
  const names = { [pod.metadata.name]: 'POD' }
  expect(await eventsOf(ns, 'ReplicaSet', set.metadata.name, 2, names)).toMatchInlineSnapshot(`
    [
      "replicaset-controller Normal SuccessfulCreate: Created pod: POD",
      "replicaset-controller Normal SuccessfulDelete: Deleted pod: POD",
    ]
  `)
})

test('the progress deadline', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.slow.add('*')
  await deployment(ns, { progressDeadlineSeconds: 1 })
  const late = await settled(path(ns), (d) => conditions(d).some((c) => c.startsWith('Progressing False')))
  expect(conditions(late, await hashes(ns))).toMatchInlineSnapshot(`
    [
      "Available False MinimumReplicasUnavailable: Deployment does not have minimum availability.",
      "Progressing False ProgressDeadlineExceeded: ReplicaSet "web-HASH1" has timed out progressing.",
    ]
  `)
  kubelet.slow.clear()
  await kubelet.look()
  const found = await settled(
    path(ns),
    (d) => conditions(d).some((c) => c.startsWith('Progressing True')) && d.status.availableReplicas === 1,
  )
  expect(conditions(found, await hashes(ns))).toMatchInlineSnapshot(`
    [
      "Available True MinimumReplicasAvailable: Deployment has minimum availability.",
      "Progressing True NewReplicaSetAvailable: ReplicaSet "web-HASH1" has successfully progressed.",
    ]
  `)
})

test('minReadySeconds: ready, not available', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns, { minReadySeconds: 500, progressDeadlineSeconds: 600 })
  const found = await settled(path(ns), ({ status }) => status.readyReplicas === 1)
  expect(sheet({ ...found.status, conditions: undefined })).toMatchInlineSnapshot(`
    "observedGeneration: 1
    readyReplicas: 1
    replicas: 1
    unavailableReplicas: 1
    updatedReplicas: 1"
  `)
})

test('zero replicas', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns, { replicas: 0 })
  const found = await settled(path(ns), (d) =>
    conditions(d).some((c) => c.includes('NewReplicaSetAvailable')),
  )
  expect(sheet({ ...found.status, conditions: undefined })).toMatchInlineSnapshot(`"observedGeneration: 1"`)
  expect(conditions(found, await hashes(ns))).toMatchInlineSnapshot(`
    [
      "Available True MinimumReplicasAvailable: Deployment has minimum availability.",
      "Progressing True NewReplicaSetAvailable: ReplicaSet "web-HASH1" has successfully progressed.",
    ]
  `)
})

test('a ReplicaSet without an owner that matches is adopted by a Deployment', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns)
  await rolled(ns, 1)
  const [before] = await items(core(ns, 'pods'))
  await api.delete(path(ns), { propagationPolicy: 'Orphan' })
  await gone(path(ns))
  await deployment(ns)
  await rolled(ns, 1)
  const [set] = await items(apps(ns, 'replicasets'))
  expect(set.metadata.ownerReferences).toMatchObject([{ kind: 'Deployment', name: 'web' }])
  const after = await items(core(ns, 'pods'))
  expect(after.map((p) => p.metadata.uid)).toEqual([before.metadata.uid])
})

test('kubectl scale, get and describe of conditions', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns)
  await rolled(ns, 1)
  expect(await kubectl(['-n', ns, 'scale', 'deployment/web', '--replicas=2'])).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "deployment.apps/web scaled
    ",
    }
  `)
  await rolled(ns, 2)
  expect(
    await kubectl(['-n', ns, 'scale', 'deployment/web', '--current-replicas=1', '--replicas=3']),
  ).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "error: Expected replicas to be 1, was 2
    ",
      "stdout": "",
    }
  `)
  expect(
    await kubectl(['-n', ns, 'wait', 'deployment/web', '--for=condition=Available', '--timeout=55s']),
  ).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "deployment.apps/web condition met
    ",
    }
  `)
})
