import { type EndpointSlice, resources, type Service } from '@orlop/kube'
import { expect, test } from 'vitest'
import { container, namespace, startYard, template, type Yard } from './controllers-fixture.ts'

const service = (spec: Partial<NonNullable<Service['spec']>> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace },
  spec: { selector: { app: 'web' }, ports: [{ name: 'redis', port: 6379, targetPort: 'redis' }], ...spec },
})

async function start(
  yard: Yard,
  pods: number,
  spec: Partial<NonNullable<Service['spec']>> = {},
): Promise<void> {
  await yard.client.create(resources.services, service(spec))
  const ports = [{ name: 'redis', containerPort: 7000 }]
  for (let i = 0; i < pods; i++) {
    await yard.client.create(resources.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `web-${i}`, namespace, labels: template.metadata.labels },
      spec: { containers: [{ ...container, ports }], hostname: `web-${i}`, subdomain: 'web' },
    })
  }
}

/** Waits until the endpoints, by pod, are in these conditions. */
async function conditions(yard: Yard, expected: Record<string, string>): Promise<EndpointSlice> {
  return yard.until(async () => {
    const [slice] = await yard.list(resources.endpointSlices, 'kubernetes.io/service-name=web')
    const seen = (slice?.endpoints ?? []).map(({ targetRef, conditions: c }) => [
      targetRef?.name,
      [c?.ready && 'ready', c?.serving && 'serving', c?.terminating && 'terminating']
        .filter(Boolean)
        .join(' '),
    ])
    return JSON.stringify(seen) === JSON.stringify(Object.entries(expected)) && slice
  })
}

test('readiness goes to the slice and to the older Endpoints, there and back', async () => {
  const yard = await startYard()
  await start(yard, 2)
  const slice = await conditions(yard, { 'web-0': 'ready serving', 'web-1': 'ready serving' })
  expect(slice).toMatchObject({ ports: [{ name: 'redis', port: 7000, protocol: 'TCP' }] })
  expect(slice.endpoints[1]).toMatchObject({ hostname: 'web-1', nodeName: 'n1', zone: 'n1' })

  await yard.ready('web-1', false)
  await conditions(yard, { 'web-0': 'ready serving', 'web-1': '' })
  await yard.until(async () => {
    const [subset] = (await yard.find(resources.endpoints, 'web'))?.subsets ?? []
    return subset?.addresses?.length === 1 && subset.notReadyAddresses?.length === 1
  })
  await yard.ready('web-1', true)
  await conditions(yard, { 'web-0': 'ready serving', 'web-1': 'ready serving' })
})

test('a pod that is going stays in the slice as terminating until it is gone', async () => {
  const yard = await startYard()
  await start(yard, 2)
  await conditions(yard, { 'web-0': 'ready serving', 'web-1': 'ready serving' })
  yard.lingering.add('web-1')
  await yard.client.delete(resources.pods, { namespace, name: 'web-1' })
  await conditions(yard, { 'web-0': 'ready serving', 'web-1': 'serving terminating' })
  yard.lingering.clear()
  await conditions(yard, { 'web-0': 'ready serving' })
})

test('publishNotReadyAddresses shows pods as ready before they are', async () => {
  const yard = await startYard()
  yard.slow.add('web-0')
  await start(yard, 1, { publishNotReadyAddresses: true, clusterIP: 'None' })
  const slice = await conditions(yard, { 'web-0': 'ready' })
  expect(slice.metadata.labels).toMatchObject({ 'service.kubernetes.io/headless': '' })
})

test('a Service that changes its selector or goes takes its slices along', async () => {
  const yard = await startYard()
  await start(yard, 1)
  await conditions(yard, { 'web-0': 'ready serving' })
  const body = { spec: { selector: { app: 'other' } } }
  await yard.client.patch(resources.services, { namespace, name: 'web' }, { type: 'merge', body })
  await conditions(yard, {})
  await yard.client.delete(resources.services, { namespace, name: 'web' })
  await yard.until(async () => {
    const slices = await yard.list(resources.endpointSlices, 'kubernetes.io/service-name=web')
    return slices.length === 0 && (await yard.find(resources.endpoints, 'web')) === undefined
  })
})

test('a LoadBalancer has the address of its Service', async () => {
  const yard = await startYard()
  await yard.client.create(resources.services, service({ type: 'LoadBalancer' }))
  await yard.until(async () => {
    const { spec, status } = (await yard.find(resources.services, 'web')) ?? {}
    return spec?.clusterIP !== undefined && status?.loadBalancer?.ingress?.[0]?.ip === spec.clusterIP
  })
})
