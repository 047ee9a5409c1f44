import type { EndpointSlice, Service } from '@orlop/kube'
import { describe, expect, test } from 'vitest'
import { emptyTable, type Table, transactions } from '../rules/change.ts'
import { frontends } from './backends.ts'
import { FlowBooks } from './flow-books.ts'
import { tableOf } from './table.ts'

const service = (name: string, clusterIP: string, ports: NonNullable<Service['spec']>['ports']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { clusterIP, ...(ports ? { ports } : {}) },
})

const slice = (
  name: string,
  port: number,
  endpoints: EndpointSlice['endpoints'],
  portName = '',
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${name}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: [{ name: portName, port, protocol: 'TCP' }],
  endpoints,
})

const at = (address: string, conditions: { ready: boolean; serving?: boolean; terminating?: boolean }) => ({
  addresses: [address],
  conditions,
})
const ready = (address: string) => at(address, { ready: true })

const cache = service('cache', '10.96.0.7', [{ port: 6379, nodePort: 30_379, targetPort: 'redis' }])

function cacheWith(...endpoints: EndpointSlice['endpoints']): Table {
  const slices = [slice('cache', 7000, endpoints)]
  return tableOf(frontends([cache], slices), slices)
}

const keys = (table: Table, set: string): string[] => [...(table.sets.get(set)?.keys() ?? [])]

test('a Service leads to the ready endpoints, at the port that the name of its target port stands for', () => {
  const table = cacheWith(ready('10.244.1.2'), ready('10.244.1.3'), at('10.244.1.4', { ready: false }))
  expect(Object.fromEntries(table.chains)).toEqual({
    'to_10.96.0.7_tcp_6379': [
      'numgen random mod 2 == 0 meta l4proto tcp dnat to 10.244.1.2:7000',
      'meta l4proto tcp dnat to 10.244.1.3:7000',
    ],
  })
  expect(Object.fromEntries(table.sets.get('services') ?? [])).toEqual({
    '10.96.0.7 . tcp . 6379': 'goto to_10.96.0.7_tcp_6379',
  })
  expect(Object.fromEntries(table.sets.get('node_ports') ?? [])).toEqual({
    'tcp . 30379': 'goto to_10.96.0.7_tcp_6379',
  })
})

test('an endpoint that is going away is used only where no other is ready', () => {
  const leaving = at('10.244.1.2', { ready: false, serving: true, terminating: true })
  expect(cacheWith(leaving, ready('10.244.1.3')).chains.get('to_10.96.0.7_tcp_6379')).toEqual([
    'meta l4proto tcp dnat to 10.244.1.3:7000',
  ])
  expect(cacheWith(leaving).chains.get('to_10.96.0.7_tcp_6379')).toEqual([
    'meta l4proto tcp dnat to 10.244.1.2:7000',
  ])
})

test('a Service whose endpoints are not ready refuses, and connections that are open stay', () => {
  const table = cacheWith(at('10.244.1.2', { ready: false, serving: false }))
  expect(keys(table, 'silent')).toEqual(['10.96.0.7 . tcp . 6379'])
  expect(keys(table, 'services')).toEqual([])
  expect(keys(table, 'live')).toEqual(['10.244.1.2'])
})

test('a headless Service is no matter of the proxy', () => {
  const headless = service('cache', 'None', [{ port: 6379 }])
  const slices = [slice('cache', 6379, [ready('10.244.1.2')])]
  expect(tableOf(frontends([headless], slices), slices).chains.size).toBe(0)
})

test('only what differs is told to the kernel', () => {
  const before = cacheWith(ready('10.244.1.2'), ready('10.244.1.3'))
  expect(transactions('t', before, before)).toEqual([])
  expect(
    transactions('t', before, cacheWith(ready('10.244.1.2'), at('10.244.1.3', { ready: false }))),
  ).toEqual([
    `flush chain ip t to_10.96.0.7_tcp_6379
add rule ip t to_10.96.0.7_tcp_6379 meta l4proto tcp dnat to 10.244.1.2:7000
`,
  ])
})

test('a Service that falls silent loses its chain in the same transaction, after what points to it', () => {
  const [text, ...more] = transactions('t', cacheWith(ready('10.244.1.2')), cacheWith())
  expect(more).toEqual([])
  expect(text).toBe(`delete element ip t services { 10.96.0.7 . tcp . 6379 }
delete element ip t node_ports { tcp . 30379 }
delete element ip t live { 10.244.1.2 }
delete element ip t itself { 10.244.1.2 . 10.244.1.2 }
add element ip t silent { 10.96.0.7 . tcp . 6379 }
delete chain ip t to_10.96.0.7_tcp_6379
`)
})

test('very many changes are divided, each as long as an ordinary user may send', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `s${i}`)
  const services = names.map((name, i) => service(name, `10.96.${i >> 8}.${i & 255}`, [{ port: 6379 }]))
  const slices = names.map((name, i) => slice(name, 6379, [ready(`10.244.${i >> 8}.${i & 255}`)]))
  const texts = transactions('t', emptyTable, tableOf(frontends(services, slices), slices))
  expect(Math.max(...texts.map((text) => text.split('\n').length))).toBeLessThanOrEqual(501)
  expect(
    texts
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('add chain')),
  ).toHaveLength(1000)
})

describe('where the client counts', () => {
  const nodes = [
    { name: 'one', subnet: '10.244.1.0/24', gateway: '10.244.1.1' },
    { name: 'two', subnet: '10.244.2.0/24', gateway: '10.244.2.1' },
  ]
  const on = (address: string, nodeName: string) => ({ ...ready(address), nodeName })
  const tableFor = (
    spec: Partial<NonNullable<Service['spec']>>,
    ...endpoints: EndpointSlice['endpoints']
  ) => {
    const slices = [slice('cache', 7000, endpoints)]
    const list = frontends([{ ...cache, spec: { ...cache.spec, ...spec } }], slices)
    return tableOf(list, slices, { nodes, flowBooks: new Map() })
  }

  test('a client with affinity goes where it went before, and else to anybody, who is remembered', () => {
    const spec = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }
    const { chains, declared } = tableFor(spec, on('10.244.1.2', 'one'), on('10.244.2.2', 'two'))
    const [one, two] = ['10.244.1.2_7000', '10.244.2.2_7000'].map((end) => `10.96.0.7_tcp_6379_${end}`)
    expect(chains.get('to_10.96.0.7_tcp_6379')).toEqual([
      `ip saddr @clients_${one}_60s goto ep_${one}`,
      `ip saddr @clients_${two}_60s goto ep_${two}`,
      `numgen random mod 2 == 0 goto ep_${one}`,
      `goto ep_${two}`,
    ])
    expect(chains.get(`ep_${one}`)).toEqual([
      `update @clients_${one}_60s { ip saddr }`,
      'meta l4proto tcp dnat to 10.244.1.2:7000',
    ])
    expect(declared?.get(`clients_${one}_60s`)).toContain('timeout 60s')
  })

  test('a policy Local keeps to a node, and drops where that has no endpoint', () => {
    const { chains, sets } = tableFor({ internalTrafficPolicy: 'Local' }, on('10.244.1.2', 'one'))
    expect(sets.get('services')?.get('10.96.0.7 . tcp . 6379')).toBe('goto in_10.96.0.7_tcp_6379')
    expect(chains.get('in_10.96.0.7_tcp_6379')).toEqual([
      'ip saddr 10.244.1.0/24 goto in0_10.96.0.7_tcp_6379',
      'ip saddr 10.244.2.0/24 goto in1_10.96.0.7_tcp_6379',
      'goto to_10.96.0.7_tcp_6379',
    ])
    expect(chains.get('in1_10.96.0.7_tcp_6379')).toEqual(['drop'])
  })
})

test('a UDP Service gets a new book when it has its first endpoint and when it loses one, not when one comes', () => {
  const books = new FlowBooks()
  const udp = service('dns', '10.96.0.8', [{ port: 53, protocol: 'UDP' }])
  const after = (...addresses: string[]) => {
    const slices = [slice('dns', 53, addresses.map(ready), '')]
    return books.after(frontends([udp], slices)).get('10.96.0.8 53')
  }
  expect([
    after(),
    after('1.1.1.1'),
    after('1.1.1.1', '1.1.1.2'),
    after('1.1.1.2'),
    after(),
    after('1.1.1.2'),
  ]).toEqual([undefined, 1, 1, 2, 3, 4])
})
