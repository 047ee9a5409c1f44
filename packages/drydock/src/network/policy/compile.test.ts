import type { NetworkPolicy } from '@orlop/kube'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesSelector } from '../../controllers/selector.ts'
import { isWithin, toNumber } from '../range.ts'
import type { Table } from '../rules/change.ts'
import { compilePolicies, type PolicyWorld } from './compile.ts'
import type { Labels, NamedPort, PolicyPod } from './policy-world.ts'

type Spec = NonNullable<NetworkPolicy['spec']>
type Rule = { peers: NonNullable<NonNullable<Spec['egress']>[number]['to']>; ports: Ports }
type Ports = NonNullable<NonNullable<Spec['egress']>[number]['ports']>

interface Packet {
  readonly from: string
  readonly to: string
  readonly protocol: string
  readonly port: number
}

const node = '10.244.1.1'
const pod = (address: string, namespace: string, labels: Labels, ports: NamedPort[] = []): PolicyPod => ({
  address,
  namespace,
  labels,
  ports,
  node,
})
const policy = (name: string, namespace: string, spec: Spec): NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
  spec,
})

describe('the rules for nft', () => {
  const redis: NamedPort = { name: 'redis', protocol: 'tcp', port: 6379 }
  const pods = [pod('10.244.1.2', 'a', { app: 'cache' }, [redis]), pod('10.244.1.3', 'a', { app: 'web' })]
  const namespaces = new Map([['a', { team: 'x' }]])

  test('without policies there is nothing', () => {
    const table = compilePolicies({ policies: [], pods, namespaces })
    expect([table.chains.size, table.declared?.size, table.sets.get('ingress')?.size]).toEqual([0, 0, 0])
  })

  test('name peers by a set, blocks with their exceptions, ports by number, range and name', () => {
    const one = policy('one', 'a', {
      podSelector: { matchLabels: { app: 'cache' } },
      ingress: [
        {
          from: [
            { podSelector: { matchLabels: { app: 'web' } } },
            { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.2.0.0/16'] } },
            { ipBlock: { cidr: '2001:db8::/32' } },
          ],
          ports: [{ port: 'redis' }, { port: 80, endPort: 90, protocol: 'TCP' }, { protocol: 'UDP' }],
        },
      ],
    })
    const { chains, sets } = compilePolicies({ policies: [one], pods, namespaces })
    const [name = '', rules = []] = [...chains][0] ?? []
    const block = 'ip saddr 10.0.0.0/8 ip saddr != 10.1.0.0/16 ip saddr != 10.2.0.0/16'
    const ports = [
      'meta l4proto tcp th dport 80-90',
      'meta l4proto udp',
      `ip daddr . meta l4proto . th dport @${name}_0_ports`,
    ]
    expect(rules).toEqual(
      [`ip saddr @${name}_0_pods`, block].flatMap((whom) => ports.map((port) => `${whom} ${port} accept`)),
    )
    expect([...(sets.get(`${name}_0_pods`)?.keys() ?? [])]).toEqual(['10.244.1.3'])
    expect([...(sets.get(`${name}_0_ports`)?.keys() ?? [])]).toEqual(['10.244.1.2 . tcp . 6379'])
    expect([...(sets.get('ingress')?.keys() ?? [])]).toEqual(['10.244.1.2'])
    expect(sets.get('egress')?.size).toBe(0)
  })
})

test('accept what the policies mean, whatever they are', () => {
  fc.assert(
    fc.property(worlds, fc.array(packets, { minLength: 20, maxLength: 40 }), (world, list) => {
      const table = compilePolicies(world)
      for (const packet of list)
        expect([packet, kernelAccepts(table, packet)]).toEqual([packet, meant(world, packet)])
    }),
    { numRuns: 300 },
  )
})

/** What Kubernetes says, word for word and without regard for speed. */
function meant({ policies, pods, namespaces }: PolicyWorld, packet: Packet): boolean {
  const at = (address: string): PolicyPod | undefined => pods.find((one) => one.address === address)
  const [source, target] = [at(packet.from), at(packet.to)]
  if (packet.from === packet.to) return true
  if (source?.node === packet.to || target?.node === packet.from) return true
  const allows = (direction: 'Ingress' | 'Egress', own: PolicyPod, other: string): boolean => {
    const applying = policies.filter(({ metadata, spec }) => {
      const types = spec?.policyTypes ?? ['Ingress', ...(spec?.egress?.length ? ['Egress'] : [])]
      return (
        metadata.namespace === own.namespace &&
        types.includes(direction) &&
        matchesSelector(own.labels, spec?.podSelector ?? {})
      )
    })
    if (applying.length === 0) return true
    return applying.some(({ metadata, spec }) =>
      rulesOf(spec, direction).some(
        ({ peers, ports }) =>
          (peers.length === 0 || peers.some((peer) => isPeer(peer, other, metadata.namespace ?? ''))) &&
          (ports.length === 0 || ports.some((port) => isPort(port))),
      ),
    )
  }
  const isPeer = (peer: Rule['peers'][number], other: string, namespace: string): boolean => {
    if (peer.ipBlock) {
      const { cidr, except = [] } = peer.ipBlock
      return inBlock(cidr, other) && !except.some((part) => inBlock(part, other))
    }
    const found = at(other)
    if (!found) return false
    const inNamespace = peer.namespaceSelector
      ? matchesSelector(namespaces.get(found.namespace), peer.namespaceSelector)
      : found.namespace === namespace
    return inNamespace && matchesSelector(found.labels, peer.podSelector ?? {})
  }
  const isPort = ({ port, endPort, protocol = 'TCP' }: Ports[number]): boolean => {
    if (protocol.toLowerCase() !== packet.protocol) return false
    if (port === undefined) return true
    if (typeof port === 'number') return packet.port >= port && packet.port <= (endPort ?? port)
    return (target?.ports ?? []).some(
      (named) => named.name === port && named.protocol === packet.protocol && named.port === packet.port,
    )
  }
  return (
    (!source?.node || allows('Egress', source, packet.to)) &&
    (!target?.node || allows('Ingress', target, packet.from))
  )
}

function rulesOf(spec: Spec | undefined, direction: 'Ingress' | 'Egress'): Rule[] {
  return direction === 'Ingress'
    ? (spec?.ingress ?? []).map(({ from = [], ports = [] }) => ({ peers: from, ports }))
    : (spec?.egress ?? []).map(({ to = [], ports = [] }) => ({ peers: to, ports }))
}

const inBlock = (block: string, address: string): boolean => {
  const [base = '', bits = '32'] = block.split('/')
  return isWithin({ first: toNumber(base), size: 2 ** (32 - Number(bits)) }, address)
}

/** A small nftables: both base chains, one after the other. */
function kernelAccepts(table: Table, packet: Packet): boolean {
  if (table.sets.get('always')?.has(`${packet.from} . ${packet.to}`)) return true
  return (['egress', 'ingress'] as const).every((direction) => {
    const key = direction === 'egress' ? packet.from : packet.to
    const chain = table.sets.get(direction)?.get(key)?.replace('goto ', '')
    return chain === undefined || runChain(table, chain, packet) === 'accept'
  })
}

function runChain(table: Table, chain: string, packet: Packet): 'accept' | 'drop' | undefined {
  for (const rule of table.chains.get(chain) ?? []) {
    const verdict = runRule(table, rule, packet)
    if (verdict) return verdict
  }
  return undefined
}

function runRule(table: Table, rule: string, packet: Packet): 'accept' | 'drop' | undefined {
  let rest = rule
  for (;;) {
    const [all = '', what = '', unlike = '', value = ''] =
      /^(ip daddr \. meta l4proto \. th dport|ip saddr|ip daddr|meta l4proto|th dport) (!= )?(\S+) /.exec(
        rest,
      ) ?? []
    if (all === '') break
    rest = rest.slice(all.length)
    const seen = {
      'ip saddr': packet.from,
      'ip daddr': packet.to,
      'meta l4proto': packet.protocol,
      'th dport': String(packet.port),
      'ip daddr . meta l4proto . th dport': `${packet.to} . ${packet.protocol} . ${packet.port}`,
    }[what]
    const [low, high = low] = value.split('-').map(Number)
    const holds = value.startsWith('@')
      ? table.sets.get(value.slice(1))?.has(seen ?? '') === true
      : what.startsWith('ip ')
        ? inBlock(value, seen ?? '')
        : what === 'th dport'
          ? packet.port >= Number(low) && packet.port <= Number(high)
          : seen === value
    if (holds === (unlike !== '')) return undefined
  }
  if (rest === 'accept' || rest === 'drop') return rest
  const jump = /^jump (\S+)$/.exec(rest)?.[1]
  if (jump === undefined) throw new Error(`no rule that this test understands: ${rest}`)
  return runChain(table, jump, packet)
}

const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const names = fc.constantFrom('a', 'b')
const labels = fc.dictionary(fc.constantFrom('x', 'y'), names, { maxKeys: 2 })
const selectors = fc.oneof(
  fc.record({ matchLabels: labels }),
  fc.record({
    matchExpressions: fc.array(
      fc
        .tuple(
          fc.constantFrom('x', 'y'),
          fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
          fc.subarray(['a', 'b'], { minLength: 1 }),
        )
        .map(([key, operator, values]) => ({
          key,
          operator,
          ...(operator.endsWith('In') ? { values } : {}),
        })),
      { maxLength: 2 },
    ),
  }),
)
const addresses = fc.constantFrom(node, '10.244.1.2', '10.244.1.3', '10.244.2.2', '10.96.0.10', '8.8.8.8')
const protocols = fc.constantFrom('TCP', 'UDP', 'SCTP')
const ports = fc.array(
  fc.oneof(
    protocols.map((protocol) => ({ protocol })),
    fc.tuple(protocols, fc.constantFrom(1, 2, 3)).map(([protocol, port]) => ({ protocol, port })),
    fc.constantFrom(1, 2).map((port) => ({ port, endPort: port + 1 })),
    fc.tuple(protocols, names).map(([protocol, port]) => ({ protocol, port })),
  ),
  { maxLength: 3 },
)
const peers = fc.array(
  fc.oneof(
    selectors.map((podSelector) => ({ podSelector })),
    selectors.map((namespaceSelector) => ({ namespaceSelector })),
    fc.record({ podSelector: selectors, namespaceSelector: selectors }),
    fc
      .record({
        cidr: fc.constantFrom('0.0.0.0/0', '10.244.0.0/16', '10.244.1.0/24', '8.8.8.8/32'),
        except: fc.subarray(['10.244.1.0/24', '10.244.2.2/32', '8.0.0.0/8']),
      })
      .map((ipBlock) => ({ ipBlock })),
  ),
  { maxLength: 3 },
)
const defined = <T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  JSON.parse(JSON.stringify(object))
const specs = fc
  .record({
    podSelector: selectors,
    policyTypes: some(fc.subarray(['Ingress', 'Egress'], { minLength: 1 })),
    ingress: some(fc.array(fc.record({ from: peers, ports }), { maxLength: 2 })),
    egress: some(fc.array(fc.record({ to: peers, ports }), { maxLength: 2 })),
  })
  .map(defined)
const worlds: fc.Arbitrary<PolicyWorld> = fc.record({
  policies: fc
    .array(fc.tuple(names, specs), { maxLength: 4 })
    .map((list) => list.map(([namespace, spec], i) => policy(`p${i}`, namespace, spec))),
  namespaces: fc.tuple(labels, labels).map(
    ([a, b]) =>
      new Map([
        ['a', a],
        ['b', b],
      ]),
  ),
  pods: fc
    .array(
      fc.record({
        namespace: names,
        labels,
        ports: fc.array(
          fc.record({
            name: names,
            protocol: fc.constantFrom('tcp' as const, 'udp' as const),
            port: fc.constantFrom(1, 2, 3),
          }),
          { maxLength: 2 },
        ),
      }),
      { minLength: 3, maxLength: 3 },
    )
    .map((list) =>
      list.map(
        (one, i): PolicyPod => ({
          ...one,
          address: ['10.244.1.2', '10.244.1.3', '10.244.2.2'][i] ?? '',
          node: i === 2 ? '10.244.2.1' : node,
        }),
      ),
    ),
})
const packets = fc.record({
  from: addresses,
  to: addresses,
  protocol: fc.constantFrom('tcp', 'udp', 'sctp', 'icmp'),
  port: fc.constantFrom(1, 2, 3, 4),
})
