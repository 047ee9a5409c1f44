import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isForbidden, isInvalid, type PersistentVolumeClaim, resources } from '@orlop/kube'
import { expect, test } from 'vitest'
import { container, namespace, startYard, type Yard } from './controllers-fixture.ts'

async function claim(yard: Yard, storageClassName?: string): Promise<void> {
  await yard.client.create(resources.persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      ...(storageClassName === undefined ? {} : { storageClassName }),
    },
  })
}

async function use(yard: Yard, name = 'user', nodeName?: string): Promise<void> {
  await yard.client.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      containers: [container],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
      ...(nodeName === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': nodeName } }),
    },
  })
}

async function bound(yard: Yard): Promise<PersistentVolumeClaim> {
  return yard.until(async () => {
    const found = await yard.find(resources.persistentVolumeClaims, 'data')
    return found?.status?.phase === 'Bound' && found
  })
}

async function ask(yard: Yard, storage: string): Promise<void> {
  const body = { spec: { resources: { requests: { storage } } } }
  await yard.client.patch(
    resources.persistentVolumeClaims,
    { namespace, name: 'data' },
    { type: 'merge', body },
  )
}

const folderOf = (yard: Yard, { spec }: PersistentVolumeClaim): string =>
  join(yard.stateDir, 'volumes', spec?.volumeName ?? '')

/** Until both classes are there: a claim without one is for the default class only if it exists. */
async function classes(yard: Yard): Promise<void> {
  await yard.until(async () => (await yard.client.list(resources.storageClasses)).items.length === 2)
}

test('a claim waits for its pod, then has a volume on the node of that pod', async () => {
  const yard = await startYard({ nodes: 2 })
  await classes(yard)
  await claim(yard)
  await use(yard, 'user', 'n2')
  const made = await bound(yard)
  expect(made).toMatchObject({
    metadata: { annotations: { 'volume.kubernetes.io/selected-node': 'n2' } },
    spec: { storageClassName: 'standard' },
    status: { capacity: { storage: '1Gi' } },
  })
  expect(existsSync(folderOf(yard, made))).toBe(true)
  await yard.until(async () => (await yard.find(resources.pods, 'user'))?.spec?.nodeName === 'n2')
  await yard.client.delete(resources.pods, { namespace, name: 'user' })
  await yard.until(async () => (await yard.find(resources.pods, 'user')) === undefined)

  await use(yard, 'again')
  await yard.until(async () => (await yard.find(resources.pods, 'again'))?.spec?.nodeName === 'n2')
  await use(yard, 'elsewhere', 'n1')
  const refused = await yard.until(async () => {
    const pod = await yard.find(resources.pods, 'elsewhere')
    return pod?.status?.conditions?.find((condition) => condition.reason === 'Unschedulable')
  })
  expect(refused.message).toContain('1 node(s) had volume node affinity conflict')
})

test('a claim that is in use stays until its pod is gone, and takes its data along', async () => {
  const yard = await startYard()
  await classes(yard)
  await claim(yard, 'standard')
  await use(yard)
  const made = await bound(yard)
  const folder = folderOf(yard, made)
  writeFileSync(join(folder, 'dump.rdb'), 'data')
  await yard.until(async () => (await yard.find(resources.pods, 'user'))?.status?.phase === 'Running')
  await yard.client.delete(resources.persistentVolumeClaims, { namespace, name: 'data' })
  const going = await yard.client.get(resources.persistentVolumeClaims, { namespace, name: 'data' })
  expect(going.metadata.deletionTimestamp).toBeDefined()
  expect(existsSync(join(folder, 'dump.rdb'))).toBe(true)
  await yard.client.delete(resources.pods, { namespace, name: 'user' })
  await yard.until(async () => (await yard.client.list(resources.persistentVolumes)).items.length === 0)
  expect(existsSync(folder)).toBe(false)
})

test('a volume of class fixed keeps its data when its claim goes, and does not grow', async () => {
  const yard = await startYard()
  await classes(yard)
  await claim(yard, 'fixed')
  await use(yard)
  const made = await bound(yard)
  writeFileSync(join(folderOf(yard, made), 'dump.rdb'), 'data')
  const refusal = await ask(yard, '2Gi').then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(isForbidden(refusal) || isInvalid(refusal)).toBe(true)
  await yard.until(async () => (await yard.find(resources.pods, 'user'))?.status?.phase === 'Running')
  await yard.client.delete(resources.pods, { namespace, name: 'user' })
  await yard.client.delete(resources.persistentVolumeClaims, { namespace, name: 'data' })
  await yard.until(async () => {
    const { items } = await yard.client.list(resources.persistentVolumes)
    return items[0]?.status?.phase === 'Released'
  })
  expect(existsSync(join(folderOf(yard, made), 'dump.rdb'))).toBe(true)
})

test('a claim of class standard grows while it is in use', async () => {
  const yard = await startYard()
  await classes(yard)
  await claim(yard, 'standard')
  await use(yard)
  await bound(yard)
  await ask(yard, '3Gi')
  await yard.until(async () => (await bound(yard)).status?.capacity?.storage === '3Gi')
  const { items } = await yard.client.list(resources.persistentVolumes)
  expect(items[0]?.spec?.capacity).toEqual({ storage: '3Gi' })
})
