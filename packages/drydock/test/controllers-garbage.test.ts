import {
  type ConfigMap,
  type CustomResourceDefinition,
  type KubeObject,
  type OwnerReference,
  type Resource,
  resources,
} from '@orlop/kube'
import { expect, test } from 'vitest'
import { container, names, namespace, startYard, template, type Yard } from './controllers-fixture.ts'

const GARBAGE = ['garbage-collector'] as const

async function create(
  yard: Yard,
  name: string,
  owners: readonly KubeObject[] = [],
  o: Partial<OwnerReference> = {},
): Promise<ConfigMap> {
  const ownerReferences = owners.map(({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    ...o,
  }))
  return yard.client.create(resources.configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, ownerReferences },
  })
}

const where = (name: string): { namespace: string; name: string } => ({ namespace, name })
const left = async (yard: Yard): Promise<string[]> => names(await yard.list(resources.configMaps))

/** Waits for these to be all that is left. */
async function remains(yard: Yard, ...expected: string[]): Promise<void> {
  await yard.until(async () => JSON.stringify(await left(yard)) === JSON.stringify(expected))
}

test('in the background the owner goes at once, and what it owned after it', async () => {
  const yard = await startYard({ only: GARBAGE })
  const owner = await create(yard, 'owner')
  await create(yard, 'grandchild', [await create(yard, 'child', [owner])])
  await create(yard, 'other')
  await yard.client.delete(resources.configMaps, where('owner'), { propagationPolicy: 'Background' })
  await remains(yard, 'other')
})

test('in the foreground the owner waits for what blocks it, to any depth', async () => {
  const yard = await startYard({ only: GARBAGE })
  const owner = await create(yard, 'owner')
  const child = await create(yard, 'child', [owner], { blockOwnerDeletion: true })
  await create(yard, 'grandchild', [child], { blockOwnerDeletion: true })
  const held = { metadata: { finalizers: ['orlop.dev/held'] } }
  await yard.client.patch(resources.configMaps, where('grandchild'), { type: 'merge', body: held })
  await yard.client.delete(resources.configMaps, where('owner'), { propagationPolicy: 'Foreground' })
  await yard.until(async () => {
    const all = await yard.list(resources.configMaps)
    return all.every(({ metadata }) => metadata.deletionTimestamp !== undefined)
  })
  expect(await left(yard)).toEqual(['child', 'grandchild', 'owner'])
  const free = { metadata: { finalizers: [] } }
  await yard.client.patch(resources.configMaps, where('grandchild'), { type: 'merge', body: free })
  await remains(yard)
})

test('orphans stay, without their owner', async () => {
  const yard = await startYard({ only: GARBAGE })
  const owner = await create(yard, 'owner')
  await create(yard, 'child', [owner])
  await yard.client.delete(resources.configMaps, where('owner'), { propagationPolicy: 'Orphan' })
  await remains(yard, 'child')
  const child = await yard.client.get(resources.configMaps, where('child'))
  expect(child.metadata.ownerReferences ?? []).toEqual([])
})

test('what another still owns stays, with that one alone', async () => {
  const yard = await startYard({ only: GARBAGE })
  const [a, b] = [await create(yard, 'a'), await create(yard, 'b')]
  await create(yard, 'child', [a, b])
  await yard.client.delete(resources.configMaps, where('a'))
  await yard.until(async () => {
    const { metadata } = await yard.client.get(resources.configMaps, where('child'))
    return metadata.ownerReferences?.length === 1
  })
  expect(await left(yard)).toEqual(['b', 'child'])
})

test('an owner of the same name but another uid is none', async () => {
  const yard = await startYard({ only: GARBAGE })
  const owner = await create(yard, 'owner')
  await create(yard, 'child', [{ ...owner, metadata: { ...owner.metadata, uid: 'an-earlier-one' } }])
  await remains(yard, 'owner')
})

test('custom resources own and are owned, from the moment their definition is served', async () => {
  const yard = await startYard({ only: GARBAGE })
  await yard.client.create(resources.customResourceDefinitions, definition)
  const boats: Resource = {
    group: 'test.orlop.dev',
    version: 'v1',
    plural: 'boats',
    kind: 'Boat',
    namespaced: true,
  }
  const boat = await yard.until(() =>
    yard.client
      .create(boats, { apiVersion: 'test.orlop.dev/v1', kind: 'Boat', metadata: { name: 'b', namespace } })
      .catch(() => undefined),
  )
  await create(yard, 'child', [boat])
  await yard.client.delete(boats, where('b'))
  await remains(yard)
})

const definition: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'boats.test.orlop.dev' },
  spec: {
    group: 'test.orlop.dev',
    names: { kind: 'Boat', plural: 'boats' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object' } },
      },
    ],
  },
}

test('a namespace goes with all that is in it, and not before', async () => {
  const yard = await startYard()
  const shop = 'shop'
  await yard.client.create(resources.namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: shop },
  })
  await yard.until(() =>
    yard.client.get(resources.serviceAccounts, { namespace: shop, name: 'default' }).catch(() => undefined),
  )
  const metadata = { name: 'web', namespace: shop }
  const selector = { matchLabels: { app: 'web' } }
  await yard.client.create(resources.statefulSets, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: { replicas: 2, serviceName: 'web', selector, template, podManagementPolicy: 'Parallel' },
  })
  await yard.until(async () => {
    const { items } = await yard.client.list(resources.pods, { namespace: shop })
    return items.length === 2 && items.every((pod) => pod.status?.phase === 'Running')
  })
  yard.lingering.add('web-0')
  await yard.client.delete(resources.namespaces, { name: shop })
  await yard.until(async () => {
    const { items } = await yard.client.list(resources.pods, { namespace: shop })
    return items.length === 1
  })
  expect((await yard.find(resources.namespaces, shop))?.status?.phase).toBe('Terminating')
  yard.lingering.clear()
  await yard.until(async () => (await yard.find(resources.namespaces, shop)) === undefined)
  const { items } = await yard.client.list(resources.statefulSets, { namespace: shop })
  expect(items).toEqual([])
})

test('the pods of a node that is deleted go', async () => {
  const yard = await startYard({ nodes: 1 })
  await yard.client.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'alone', namespace },
    spec: { containers: [container] },
  })
  await yard.until(async () => (await yard.find(resources.pods, 'alone'))?.status?.phase === 'Running')
  await yard.client.delete(resources.nodes, { name: 'n1' })
  await yard.until(async () => (await yard.find(resources.pods, 'alone')) === undefined)
})
