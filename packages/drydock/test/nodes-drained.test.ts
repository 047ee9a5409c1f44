import { resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { isReady } from './node-fixture.ts'
import { createWorkload, type Fleet, namespace, startFleet } from './nodes-fixture.ts'

// Each waits for several things in turn.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 })

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet()
  await createWorkload(fleet, 'Deployment', 'web', true)
})
afterAll(() => fleet.close())

const taints = async (): Promise<string[]> =>
  ((await fleet.node('node-2')).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`)
const budget = { namespace, name: 'web' }

test('a cordoned node is tainted and takes no new pods, until it is uncordoned', async () => {
  expect((await fleet.kubectl('cordon', 'node-2')).out).toContain('node/node-2 cordoned')
  await fleet.until(async () => (await taints()).length === 1)
  expect(await taints()).toEqual(['node.kubernetes.io/unschedulable:NoSchedule'])
  await fleet.drydock.client.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'picky', namespace },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': 'node-2' },
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'c', image: 'redis:7' }],
    },
  })
  await fleet.until(async () => (await fleet.events('picky')).some((said) => /were unschedulable/.test(said)))
  await fleet.kubectl('uncordon', 'node-2')
  const placed = await fleet.until(async () => {
    const pod = await fleet.pod('picky')
    return pod && isReady(pod) && pod
  })
  expect(placed.spec?.nodeName).toBe('node-2')
  expect(await taints()).toEqual([])
  await fleet.kubectl('delete', 'pod', 'picky', '--now')
})

test('a drain waits for the disruption budget, and goes on when that allows it', async () => {
  await fleet.drydock.client.create(resources.podDisruptionBudgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: budget,
    spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'web' } } },
  })
  await fleet.until(async () => {
    const { status } = await fleet.drydock.client.get(resources.podDisruptionBudgets, budget)
    return status?.currentHealthy === 3
  })
  const drain = ['drain', 'node-2', '--ignore-daemonsets', '--delete-emptydir-data', '--force']
  const refused = await fleet.kubectl(...drain, '--timeout', '8s')
  expect(refused.code).not.toBe(0)
  expect(refused.out).toContain("Cannot evict pod as it would violate the pod's disruption budget.")
  expect((await fleet.pods('web')).some((pod) => pod.spec?.nodeName === 'node-2')).toBe(true)
  const body = { spec: { maxUnavailable: 1 } }
  await fleet.drydock.client.patch(resources.podDisruptionBudgets, budget, { type: 'merge', body })
  const drained = await fleet.kubectl(...drain, '--timeout', '100s')
  expect(drained.out).toContain('node/node-2 drained')
  expect(drained.code).toBe(0)
  const pods = await fleet.until(async () => {
    const web = await fleet.pods('web')
    return web.length === 3 && web.every(isReady) && web
  })
  expect(pods.map((pod) => pod.spec?.nodeName)).not.toContain('node-2')
})
