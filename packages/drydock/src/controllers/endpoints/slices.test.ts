import type { EndpointSlice, Node, Pod, Service } from '@orlop/kube'
import { describe, expect, test } from 'vitest'
import { wantedEndpoints } from './legacy.ts'
import { hasEndpoints, planSlices, type SlicePlan, wantedSlices } from './slices.ts'

function service(spec: Partial<NonNullable<Service['spec']>> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', uid: 'svc', labels: { team: 'a' } },
    spec: { selector: { app: 'web' }, ports: [{ name: 'redis', port: 6379, targetPort: 'redis' }], ...spec },
  }
}

interface PodOptions {
  ready?: boolean
  going?: boolean
  phase?: string
  ip?: string
  port?: number
  subdomain?: string
}

function pod(name: string, o: PodOptions = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      ...(o.going ? { deletionTimestamp: '2030-01-01T00:00:00Z' } : {}),
    },
    spec: {
      containers: [{ name: 'c', ports: [{ name: 'redis', containerPort: o.port ?? 6379 }] }],
      nodeName: 'n1',
      ...(o.subdomain === undefined ? {} : { hostname: name, subdomain: o.subdomain }),
    },
    status: {
      phase: o.phase ?? 'Running',
      podIP: o.ip ?? '10.0.0.1',
      conditions: [{ type: 'Ready', status: o.ready === false ? 'False' : 'True' }],
    },
  }
}

const node = (name: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'topology.kubernetes.io/zone': 'a' } },
})

const slices = (subject: Service, pods: readonly Pod[]): EndpointSlice[] =>
  wantedSlices({ service: subject, pods, node })
const plan = (subject: Service, pods: readonly Pod[], existing: readonly EndpointSlice[]): SlicePlan =>
  planSlices({ service: subject, pods, node }, existing)

test('an endpoint says where its pod is and who it is', () => {
  expect(slices(service(), [pod('a', { subdomain: 'web' })])).toMatchObject([
    {
      metadata: {
        labels: {
          team: 'a',
          'kubernetes.io/service-name': 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        ownerReferences: [{ kind: 'Service', uid: 'svc', controller: true }],
      },
      addressType: 'IPv4',
      ports: [{ name: 'redis', port: 6379, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true, serving: true, terminating: false },
          hostname: 'a',
          nodeName: 'n1',
          zone: 'a',
          targetRef: { kind: 'Pod', name: 'a', namespace: 'shop', uid: 'uid-a' },
        },
      ],
    },
  ])
})

describe('conditions', () => {
  test.each([
    [{}, false, { ready: true, serving: true, terminating: false }],
    [{ ready: false }, false, { ready: false, serving: false, terminating: false }],
    [{ going: true }, false, { ready: false, serving: true, terminating: true }],
    [{ ready: false, going: true }, false, { ready: false, serving: false, terminating: true }],
    [{ ready: false }, true, { ready: true, serving: false, terminating: false }],
  ])('of a pod %j, publishing not ready %s', (options, publishNotReadyAddresses, expected) => {
    const [slice] = slices(service({ publishNotReadyAddresses }), [pod('a', options)])
    expect(slice?.endpoints[0]?.conditions).toEqual(expected)
  })
})

test('pods without an address and finished ones are no endpoints, and the empty slice says so', () => {
  const [slice, more] = slices(service(), [pod('a', { ip: '' }), pod('b', { phase: 'Failed' })])
  expect(slice).toMatchObject({ endpoints: [], ports: [] })
  expect(more).toBeUndefined()
})

test('a named port that differs between pods makes slices of their own', () => {
  const found = slices(service(), [pod('a'), pod('b', { port: 6380 }), pod('c')])
  expect(found.map((s) => [s.ports?.[0]?.port, s.endpoints.length])).toEqual([
    [6379, 2],
    [6380, 1],
  ])
  expect(new Set(found.map((s) => s.metadata.name)).size).toBe(2)
})

test('a headless Service is marked, and needs no ports', () => {
  const [slice] = slices(
    { ...service({ clusterIP: 'None' }), spec: { clusterIP: 'None', selector: { app: 'web' } } },
    [pod('a')],
  )
  expect(slice).toMatchObject({ ports: [], metadata: { labels: { 'service.kubernetes.io/headless': '' } } })
  expect(slice?.endpoints).toHaveLength(1)
})

test('a slice holds a hundred endpoints at most', () => {
  const many = Array.from({ length: 201 }, (_, i) => pod(`p${String(i).padStart(3, '0')}`))
  expect(slices(service(), many).map((s) => s.endpoints.length)).toEqual([100, 100, 1])
})

test('who has endpoints', () => {
  expect(hasEndpoints(service())).toBe(true)
  expect(hasEndpoints(service({ selector: {} }))).toBe(false)
  expect(hasEndpoints(service({ type: 'ExternalName' }))).toBe(false)
})

describe('from what is there', () => {
  const live = slices(service(), [pod('a'), pod('b')]).map((slice) => ({
    ...slice,
    metadata: { ...slice.metadata, uid: 'slice', resourceVersion: '7' },
  }))

  test('nothing changes when nothing did', () => {
    expect(plan(service(), [pod('b'), pod('a')], live)).toEqual({ create: [], update: [], remove: [] })
  })

  test('readiness is one update of that version', () => {
    const { create, update, remove } = plan(service(), [pod('a', { ready: false }), pod('b')], live)
    expect([create, remove]).toEqual([[], []])
    expect(update).toMatchObject([{ metadata: { uid: 'slice', resourceVersion: '7' } }])
    expect(update[0]?.endpoints.map((e) => e.conditions?.ready)).toEqual([false, true])
  })

  test('the last endpoint leaves the slice behind, empty', () => {
    expect(plan(service(), [], live)).toMatchObject({ create: [], update: [{ endpoints: [] }], remove: [] })
  })

  test('slices beyond need go', () => {
    const extra = { ...live[0], metadata: { name: 'web-extra' } } as EndpointSlice
    expect(plan(service(), [pod('a'), pod('b')], [...live, extra]).remove).toEqual([extra])
  })
})

test('the older Endpoints hold ready and not ready addresses, and nothing that terminates', () => {
  const pods = [
    pod('a'),
    pod('b', { ready: false, ip: '10.0.0.2' }),
    pod('c', { going: true, ip: '10.0.0.3' }),
  ]
  expect(wantedEndpoints({ service: service(), pods, node })).toMatchObject({
    metadata: { name: 'web', namespace: 'shop' },
    subsets: [
      {
        addresses: [{ ip: '10.0.0.1' }],
        notReadyAddresses: [{ ip: '10.0.0.2' }],
        ports: [{ name: 'redis', port: 6379 }],
      },
    ],
  })
})
