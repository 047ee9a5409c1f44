import { type KubeObject, type PersistentVolumeClaim, resources, type StatefulSet } from '@orlop/kube'
import { expect, test } from 'vitest'
import { container, names, namespace, startYard, template, type Yard } from './controllers-fixture.ts'

function statefulSet(spec: Partial<NonNullable<StatefulSet['spec']>> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace },
    spec: { replicas: 3, serviceName: 'web', selector: { matchLabels: { app: 'web' } }, template, ...spec },
  }
}

const data = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
}

async function create(yard: Yard, spec: Partial<NonNullable<StatefulSet['spec']>> = {}): Promise<void> {
  await yard.client.create(resources.statefulSets, statefulSet(spec))
}

async function scale(yard: Yard, replicas: number): Promise<void> {
  const body = { spec: { replicas } }
  await yard.client.patch(resources.statefulSets, { namespace, name: 'web' }, { type: 'merge', body })
}

async function change(yard: Yard, image: string): Promise<void> {
  const body = { spec: { template: { spec: { containers: [{ ...container, image }] } } } }
  await yard.client.patch(resources.statefulSets, { namespace, name: 'web' }, { type: 'strategic', body })
}

/** Waits for as many pods, all ready, and a status that says so. */
async function settled(yard: Yard, replicas: number): Promise<StatefulSet> {
  return yard.until(async () => {
    const set = await yard.find(resources.statefulSets, 'web')
    const { status, metadata } = set ?? {}
    const observed = status?.observedGeneration === metadata?.generation
    const counted = status?.replicas === replicas && status.readyReplicas === replicas
    const rolled = status?.updatedReplicas === replicas
    return observed && counted && rolled && (await yard.list(resources.pods)).length === replicas && set
  })
}

async function images(yard: Yard): Promise<Record<string, string | undefined>> {
  const pods = await yard.list(resources.pods)
  return Object.fromEntries(pods.map((pod) => [pod.metadata.name, pod.spec?.containers[0]?.image]))
}

test('three pods come in order, each when the one before is ready', async () => {
  const yard = await startYard()
  yard.slow.add('web-1')
  await create(yard)
  await yard.until(async () => (await yard.find(resources.pods, 'web-1'))?.status?.phase === 'Running')
  expect(await yard.find(resources.pods, 'web-2')).toBeUndefined()
  await yard.ready('web-1', true)
  const { status } = await settled(yard, 3)
  expect(status).toMatchObject({
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    observedGeneration: 1,
    collisionCount: 0,
    currentRevision: expect.stringMatching(/^web-[a-z0-9]{10}$/),
  })
  const [pod] = await yard.list(resources.pods, 'apps.kubernetes.io/pod-index=2')
  expect(pod).toMatchObject({
    metadata: {
      name: 'web-2',
      labels: {
        'statefulset.kubernetes.io/pod-name': 'web-2',
        'controller-revision-hash': status?.updateRevision,
      },
      ownerReferences: [{ kind: 'StatefulSet', name: 'web', controller: true }],
    },
    spec: { hostname: 'web-2', subdomain: 'web', nodeName: 'n1' },
  })
  expect(names(await yard.list(resources.controllerRevisions))).toEqual([status?.currentRevision])
})

test('scaling in takes the highest first, keeps the claims, and scaling out uses them again', async () => {
  const yard = await startYard()
  await create(yard, { volumeClaimTemplates: [data] })
  await settled(yard, 3)
  const claims = await yard.list(resources.persistentVolumeClaims)
  expect(names(claims)).toEqual(['data-web-0', 'data-web-1', 'data-web-2'])
  expect(claims.every((claim) => claim.status?.phase === 'Bound')).toBe(true)

  yard.lingering.add('web-2')
  await scale(yard, 1)
  await yard.until(
    async () => (await yard.find(resources.pods, 'web-2'))?.metadata.deletionTimestamp !== undefined,
  )
  expect((await yard.find(resources.pods, 'web-1'))?.metadata.deletionTimestamp).toBeUndefined()
  yard.lingering.clear()
  await settled(yard, 1)
  expect(names(await yard.list(resources.pods))).toEqual(['web-0'])

  const uids = async (): Promise<unknown> => {
    const all = await yard.list(resources.persistentVolumeClaims)
    return all.map(({ metadata, spec }) => [metadata.uid, spec?.volumeName]).sort()
  }
  const before = await uids()
  await scale(yard, 3)
  await settled(yard, 3)
  expect(await uids()).toEqual(before)
})

test('a deleted pod comes back under its name, once the old one is gone', async () => {
  const yard = await startYard()
  await create(yard)
  await settled(yard, 3)
  const old = await yard.find(resources.pods, 'web-1')
  yard.lingering.add('web-1')
  await yard.client.delete(resources.pods, { namespace, name: 'web-1' })
  await yard.until(async () => {
    const set = await yard.find(resources.statefulSets, 'web')
    return set?.status?.updatedReplicas === 2
  })
  expect((await yard.find(resources.pods, 'web-1'))?.metadata.uid).toBe(old?.metadata.uid)
  yard.lingering.clear()
  const back = await yard.until(async () => {
    const pod = await yard.find(resources.pods, 'web-1')
    return pod !== undefined && pod.metadata.uid !== old?.metadata.uid && pod
  })
  expect(back.metadata.labels).toEqual(old?.metadata.labels)
})

test('a failed pod is replaced', async () => {
  const yard = await startYard()
  await create(yard, { replicas: 1 })
  await settled(yard, 1)
  const old = await yard.client.get(resources.pods, { namespace, name: 'web-0' })
  const failed = { ...old, status: { ...old.status, phase: 'Failed' } }
  await yard.client.update(resources.pods, failed, { subresource: 'status' })
  await yard.until(async () => (await yard.find(resources.pods, 'web-0'))?.metadata.uid !== old.metadata.uid)
  await settled(yard, 1)
})

test('a new template rolls from the highest ordinal, and the old one can be put back', async () => {
  const yard = await startYard()
  await create(yard)
  const first = await settled(yard, 3)
  yard.slow.add('web-1')
  await change(yard, 'redis:7.4')
  await yard.until(async () => (await images(yard))['web-1'] === 'redis:7.4')
  expect(await images(yard)).toEqual({ 'web-0': 'redis:7.2', 'web-1': 'redis:7.4', 'web-2': 'redis:7.4' })
  await yard.until(async () => (await yard.find(resources.pods, 'web-1'))?.status?.phase === 'Running')
  await yard.ready('web-1', true)
  const second = await settled(yard, 3)
  expect(second.status?.currentRevision).toBe(second.status?.updateRevision)
  expect(second.status?.currentRevision).not.toBe(first.status?.currentRevision)

  await change(yard, 'redis:7.2')
  const third = await settled(yard, 3)
  expect(third.status?.updateRevision).toBe(first.status?.updateRevision)
  const revisions = await yard.list(resources.controllerRevisions)
  expect(revisions.map(({ revision }) => revision).sort()).toEqual([2, 3])
})

test('a partition holds the lower pods at the old template, even when they are replaced', async () => {
  const yard = await startYard()
  await create(yard, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } })
  await settled(yard, 3)
  await change(yard, 'redis:7.4')
  await yard.until(async () => (await images(yard))['web-2'] === 'redis:7.4')
  await yard.until(async () => (await yard.find(resources.statefulSets, 'web'))?.status?.readyReplicas === 3)
  const old = await yard.find(resources.pods, 'web-0')
  await yard.client.delete(resources.pods, { namespace, name: 'web-0' })
  await yard.until(async () => {
    const pod = await yard.find(resources.pods, 'web-0')
    return pod !== undefined && pod.metadata.uid !== old?.metadata.uid
  })
  expect(await images(yard)).toEqual({ 'web-0': 'redis:7.2', 'web-1': 'redis:7.2', 'web-2': 'redis:7.4' })
})

test('OnDelete replaces only what somebody deletes, in any order', async () => {
  const yard = await startYard()
  await create(yard, { updateStrategy: { type: 'OnDelete' }, podManagementPolicy: 'Parallel' })
  await settled(yard, 3)
  await change(yard, 'redis:7.4')
  await yard.until(async () => {
    const { status } = (await yard.find(resources.statefulSets, 'web')) ?? {}
    return status?.observedGeneration === 2 && (status.updatedReplicas ?? 0) === 0
  })
  await yard.client.delete(resources.pods, { namespace, name: 'web-1' })
  await yard.until(async () => (await images(yard))['web-1'] === 'redis:7.4')
  expect(await images(yard)).toEqual({ 'web-0': 'redis:7.2', 'web-1': 'redis:7.4', 'web-2': 'redis:7.2' })
})

test('claims go with what the retention policy names', async () => {
  const yard = await startYard()
  await create(yard, {
    volumeClaimTemplates: [data],
    persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' },
  })
  await settled(yard, 3)
  await scale(yard, 1)
  const left = async (): Promise<PersistentVolumeClaim[]> => yard.list(resources.persistentVolumeClaims)
  await yard.until(async () => (await left()).length === 1)
  await yard.client.delete(resources.statefulSets, { namespace, name: 'web' })
  await yard.until(async () => (await yard.list(resources.pods)).length === 0)
  expect(names(await left())).toEqual(['data-web-0'])
})

test('orphans are adopted, and pods that no longer match are let go and replaced', async () => {
  const yard = await startYard()
  await create(yard, { podManagementPolicy: 'Parallel', replicas: 2 })
  await settled(yard, 2)
  await yard.client.delete(
    resources.statefulSets,
    { namespace, name: 'web' },
    { propagationPolicy: 'Orphan' },
  )
  await yard.until(async () => (await yard.find(resources.statefulSets, 'web')) === undefined)
  const orphans = await yard.list(resources.pods)
  expect(orphans.map((pod) => pod.metadata.ownerReferences ?? [])).toEqual([[], []])

  await create(yard, { podManagementPolicy: 'Parallel', replicas: 2 })
  const set = await settled(yard, 2)
  const adopted = await yard.list(resources.pods)
  expect(adopted.map((pod) => pod.metadata.ownerReferences?.[0]?.uid)).toEqual([
    set.metadata.uid,
    set.metadata.uid,
  ])
  expect(adopted.map((pod) => pod.metadata.uid).sort()).toEqual(orphans.map((pod) => pod.metadata.uid).sort())

  const body = { metadata: { labels: { app: 'apart' } } }
  await yard.client.patch(resources.pods, { namespace, name: 'web-1' }, { type: 'merge', body })
  const apart = await yard.until(async () => {
    const pod = await yard.find(resources.pods, 'web-1')
    return (pod?.metadata.ownerReferences ?? []).length === 0 && pod
  })
  expect(apart.metadata.deletionTimestamp).toBeUndefined()
  await yard.client.delete(resources.pods, { namespace, name: 'web-1' })
  await settled(yard, 2)
})

test('a set that was scaled out again, unseen, loses no pod', async () => {
  const yard = await startYard()
  await create(yard)
  await settled(yard, 3)
  const before = await yard.list(resources.pods)
  // Scaling in waits while a pod that stays is not ready.
  await yard.ready('web-0', false)
  await yard.until(async () => (await yard.find(resources.statefulSets, 'web'))?.status?.readyReplicas === 2)
  await scale(yard, 1)
  await yard.until(
    async () => (await yard.find(resources.statefulSets, 'web'))?.status?.observedGeneration === 2,
  )

  yard.held.add('statefulsets')
  await scale(yard, 3)
  const written = yard.writes.length
  await yard.ready('web-0', true)
  await yard.until(async () => yard.writes.slice(written).includes('update statefulsets/web/status'))
  yard.held.clear()
  await settled(yard, 3)
  const uids = (pods: readonly KubeObject[]): unknown => pods.map(({ metadata }) => metadata.uid).sort()
  expect(uids(await yard.list(resources.pods))).toEqual(uids(before))
})

test('in a steady state, and after a restart, nothing is written', async () => {
  const yard = await startYard()
  await create(yard, { volumeClaimTemplates: [data] })
  await yard.client.create(resources.services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace },
    spec: { selector: { app: 'web' }, ports: [{ port: 6379 }] },
  })
  await yard.client.create(resources.podDisruptionBudgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace },
    spec: { selector: { matchLabels: { app: 'web' } }, maxUnavailable: 1 },
  })
  await settled(yard, 3)
  await yard.until(async () => {
    const [slice] = await yard.list(resources.endpointSlices)
    const budget = await yard.find(resources.podDisruptionBudgets, 'web')
    const ready = slice?.endpoints.filter((endpoint) => endpoint.conditions?.ready) ?? []
    const volumes = await yard.list(resources.persistentVolumes)
    const bound = volumes.length === 3 && volumes.every((volume) => volume.status?.phase === 'Bound')
    return ready.length === 3 && bound && budget?.status?.disruptionsAllowed === 1
  })
  await beacon(yard, 'before')
  const settledAt = yard.writes.length
  await yard.restart()
  await beacon(yard, 'after')
  expect(yard.writes.slice(settledAt).filter((write) => !/beacon-after/.test(write))).toEqual([])
}, 180_000)

/** Objects that every controller has to do with: what it was given before, it has done by then. */
async function beacon(yard: Yard, name: string): Promise<void> {
  const beacons = `beacon-${name}`
  const labels = { app: beacons }
  await yard.client.create(resources.statefulSets, {
    ...statefulSet({
      replicas: 0,
      selector: { matchLabels: labels },
      template: { ...template, metadata: { labels } },
    }),
    metadata: { name: beacons, namespace },
  })
  await yard.client.create(resources.services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: beacons, namespace },
    spec: { type: 'LoadBalancer', selector: labels, ports: [{ port: 6379 }] },
  })
  await yard.client.create(resources.podDisruptionBudgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: beacons, namespace },
    spec: { selector: { matchLabels: labels }, maxUnavailable: 1 },
  })
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: 'nobody' }
  await yard.client.create(resources.configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: beacons, namespace, ownerReferences: [owner] },
  })
  await yard.until(async () => {
    const set = await yard.find(resources.statefulSets, beacons)
    const service = await yard.find(resources.services, beacons)
    const slices = await yard.list(resources.endpointSlices, `kubernetes.io/service-name=${beacons}`)
    const budget = await yard.find(resources.podDisruptionBudgets, beacons)
    return (
      set?.status?.observedGeneration === 1 &&
      service?.status?.loadBalancer?.ingress?.[0]?.ip === service?.spec?.clusterIP &&
      slices.length === 1 &&
      (await yard.find(resources.endpoints, beacons)) !== undefined &&
      budget?.status?.observedGeneration === 1 &&
      (await yard.find(resources.configMaps, beacons)) === undefined
    )
  })
}
