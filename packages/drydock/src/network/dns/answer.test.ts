import type { EndpointSlice, Service } from '@orlop/kube'
import { type Answer, decode, encode, type Packet, type RecordType } from 'dns-packet'
import { describe, expect, test } from 'vitest'
import { answer } from './answer.ts'
import { datagram, withExtension } from './fit.ts'
import { type Named, serviceNameLabel } from './zone.ts'

const service = (name: string, spec: NonNullable<Service['spec']>, namespace = 'shop'): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec,
})
type Endpoint = EndpointSlice['endpoints'][number]
const slice = (of: string, endpoints: Endpoint[], ports: EndpointSlice['ports']): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${of}-x`, namespace: 'shop', labels: { [serviceNameLabel]: of } },
  addressType: 'IPv4',
  endpoints,
  ...(ports ? { ports } : {}),
})

const ports = [
  { name: 'redis', port: 6379, protocol: 'TCP' },
  { name: 'gossip', port: 16_379, protocol: 'UDP' },
]
const services = [
  service('cache', { clusterIP: '10.96.1.0', ports }),
  service('nodes', { clusterIP: 'None', ports }),
  service('nobody', { clusterIP: 'None', ports }),
  service('many', { clusterIP: 'None' }),
  service('elsewhere', { type: 'ExternalName', externalName: 'db.example.com' }),
  service('alias', { type: 'ExternalName', externalName: 'cache.shop.svc.cluster.local' }),
]
const slices = [
  slice('cache', [{ addresses: ['10.244.1.9'] }], ports),
  slice(
    'nodes',
    [
      { addresses: ['10.244.1.2'], hostname: 'nodes-0', conditions: { ready: true } },
      { addresses: ['10.244.1.3'] },
      { addresses: ['10.244.1.4'], conditions: { ready: false } },
    ],
    ports,
  ),
  slice(
    'many',
    Array.from({ length: 200 }, (_, i) => ({ addresses: [`10.244.2.${i}`] })),
    [],
  ),
]
const named: Named = {
  service: (namespace, name) =>
    services.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
  slices: (_, name) => slices.filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === name),
  hasNamespace: (name) => name === 'shop' || name === 'bare',
  servicesAt: (address) => services.filter(({ spec }) => spec?.clusterIP === address),
  slicesAt: (address) => slices.filter((one) => one.endpoints.some((e) => e.addresses.includes(address))),
}

const query = (name: string, type: RecordType, additionals: Packet['additionals'] = []): Packet => ({
  type: 'query',
  id: 7,
  flags: 0x0100,
  questions: [{ name, type, class: 'IN' }],
  additionals,
})

/** Both ways over the wire. */
function ask(name: string, type: RecordType = 'A') {
  const response = decode(encode(answer(decode(encode(query(name, type))), named)))
  const said = (list: Answer[] = []): string[] =>
    list.flatMap((one) => {
      if (one.type === 'SRV') return [`${one.data.port} ${one.data.target}`]
      return one.type === 'A' || one.type === 'PTR' || one.type === 'CNAME' ? [one.data] : [one.type]
    })
  return {
    code: (response.flags ?? 0) & 15,
    answers: said(response.answers).sort(),
    authorities: said(response.authorities),
    additionals: said(response.additionals).sort(),
    response,
  }
}

describe('a name', () => {
  test.each([
    ['cache.shop.svc.cluster.local', ['10.96.1.0']],
    ['CaChe.Shop.SVC.cluster.LOCAL', ['10.96.1.0']],
    ['nodes.shop.svc.cluster.local', ['10.244.1.2', '10.244.1.3']],
    ['nodes-0.nodes.shop.svc.cluster.local', ['10.244.1.2']],
    ['10-244-1-3.nodes.shop.svc.cluster.local', ['10.244.1.3']],
    ['10-244-1-9.cache.shop.svc.cluster.local', ['10.244.1.9']],
    ['10-244-1-5.shop.pod.cluster.local', ['10.244.1.5']],
    ['alias.shop.svc.cluster.local', ['10.96.1.0', 'cache.shop.svc.cluster.local']],
    ['elsewhere.shop.svc.cluster.local', ['db.example.com']],
  ])('%s has %j', (name, addresses) => {
    const { code, answers } = ask(name)
    expect([code, answers]).toEqual([0, addresses])
  })

  test.each([
    'nothing.shop.svc.cluster.local',
    'nobody.shop.svc.cluster.local',
    'nodes-1.nodes.shop.svc.cluster.local',
    '10-244-1-4.nodes.shop.svc.cluster.local',
    'cache.strange.svc.cluster.local',
    '10-244-1-5.strange.pod.cluster.local',
    '10-244-1-500.shop.pod.cluster.local',
    'a.b.c.cache.shop.svc.cluster.local',
    'example.com',
    'strange.cluster.local',
  ])('%s does not exist, and that may be remembered for a moment', (name) => {
    const { code, answers, authorities } = ask(name)
    expect([code, answers, authorities]).toEqual([3, [], ['SOA']])
  })

  test.each([
    ['cache.shop.svc.cluster.local', 'AAAA'],
    ['cache.shop.svc.cluster.local', 'TXT'],
    ['bare.svc.cluster.local', 'A'],
    ['svc.cluster.local', 'A'],
    ['cluster.local', 'A'],
    ['_tcp.cache.shop.svc.cluster.local', 'A'],
    ['_redis._tcp.cache.shop.svc.cluster.local', 'A'],
  ] as const)('%s exists and has no %s', (name, type) => {
    const { code, answers, authorities } = ask(name, type)
    expect([code, answers, authorities]).toEqual([0, [], ['SOA']])
  })

  test('is written in the answer as it was asked for', () => {
    const name = 'CaChe.shop.svc.cluster.local'
    expect(ask(name).response.answers?.[0]).toMatchObject({ name, ttl: 5 })
  })
})

test('ports of a Service are found by name and protocol, and all by its own name', () => {
  const cache = 'cache.shop.svc.cluster.local'
  expect(ask(`_redis._tcp.${cache}`, 'SRV')).toMatchObject({
    answers: [`6379 ${cache}`],
    additionals: ['10.96.1.0'],
  })
  expect(ask(`_redis._udp.${cache}`, 'SRV').code).toBe(3)
  expect(ask(cache, 'SRV').answers).toEqual([`16379 ${cache}`, `6379 ${cache}`])
  const nodes = 'nodes.shop.svc.cluster.local'
  expect(ask(`_gossip._udp.${nodes}`, 'SRV')).toMatchObject({
    answers: [`16379 10-244-1-3.${nodes}`, `16379 nodes-0.${nodes}`],
    additionals: ['10.244.1.2', '10.244.1.3'],
  })
})

test('an address leads back to a Service, or to a pod by each of its Services', () => {
  expect(ask('0.1.96.10.in-addr.arpa', 'PTR').answers).toEqual(['cache.shop.svc.cluster.local'])
  expect(ask('2.1.244.10.in-addr.arpa', 'PTR').answers).toEqual(['nodes-0.nodes.shop.svc.cluster.local'])
  expect(ask('3.1.244.10.in-addr.arpa', 'PTR').answers).toEqual(['10-244-1-3.nodes.shop.svc.cluster.local'])
  expect(ask('4.1.244.10.in-addr.arpa', 'PTR').code).toBe(3)
  expect(ask('2.1.244.10.in-addr.arpa', 'A')).toMatchObject({ code: 0, answers: [] })
})

describe('a datagram', () => {
  const sizes = (size: number | undefined) => {
    const opt = {
      type: 'OPT',
      name: '.',
      udpPayloadSize: size ?? 0,
      extendedRcode: 0,
      ednsVersion: 0,
    } as const
    const asked = query(
      'many.shop.svc.cluster.local',
      'A',
      size === undefined ? [] : [{ ...opt, flags: 0, flag_do: false, options: [] }],
    )
    const full = withExtension(asked, answer(asked, named))
    const sent = datagram(asked, full)
    return { length: sent.length, packet: decode(sent) }
  }

  test('is as long as its client takes, and says when something is missing', () => {
    for (const [asked, limit] of [
      [undefined, 512],
      [100, 512],
      [1232, 1232],
    ] as const) {
      const { length, packet } = sizes(asked)
      expect(length).toBeLessThanOrEqual(limit)
      expect(length).toBeGreaterThan(limit - 60)
      expect((packet.flags ?? 0) & 0x0200).toBe(0x0200)
      expect(packet.additionals?.map(({ type }) => type)).toEqual(asked === undefined ? [] : ['OPT'])
    }
    expect(sizes(65_535).length).toBeLessThanOrEqual(4096)
  })
})
