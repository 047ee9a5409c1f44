/** From NetworkPolicies to what the kernel's table of policies has to hold: pure. */
import { createHash } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type { NetworkPolicy } from '@orlop/kube'
import { matchesSelector } from '../../controllers/selector.ts'
import type { Table } from '../rules/change.ts'
import { type NamespaceLabels, type PolicyPod, protocolOf } from './policy-world.ts'

type Spec = NonNullable<NetworkPolicy['spec']>
type Peer = NonNullable<NonNullable<Spec['ingress']>[number]['from']>[number]
type Port = NonNullable<NonNullable<Spec['ingress']>[number]['ports']>[number]
type Direction = 'ingress' | 'egress'

interface Rule {
  readonly peers: readonly Peer[]
  readonly ports: readonly Port[]
}

export interface PolicyWorld {
  readonly policies: readonly NetworkPolicy[]
  readonly pods: readonly PolicyPod[]
  readonly namespaces: NamespaceLabels
}

/**
 * A pod that no policy selects in a direction is in no map, and costs its packets one lookup. One that is selected goes to a chain that
 * asks its policies in turn, and drops what none accepts. Pods with the same policies share that chain.
 */
export function compilePolicies(world: PolicyWorld): Table {
  const table = new TableOfPolicies(world)
  for (const policy of world.policies) table.add(policy)
  return table.finished()
}

/** The directions a policy speaks of: `SetDefaults_NetworkPolicy` in pkg/apis/networking/v1/defaults.go. */
function directionsOf({ policyTypes = [], egress = [] }: Spec): Direction[] {
  if (policyTypes.length === 0) return egress.length > 0 ? ['ingress', 'egress'] : ['ingress']
  return [
    ...(policyTypes.includes('Ingress') ? (['ingress'] as const) : []),
    ...(policyTypes.includes('Egress') ? (['egress'] as const) : []),
  ]
}

function rulesOf(spec: Spec, direction: Direction): Rule[] {
  return direction === 'ingress'
    ? (spec.ingress ?? []).map(({ from = [], ports = [] }) => ({ peers: from, ports }))
    : (spec.egress ?? []).map(({ to = [], ports = [] }) => ({ peers: to, ports }))
}

class TableOfPolicies {
  readonly #world: PolicyWorld
  readonly #byNamespace = new Map<string, PolicyPod[]>()
  readonly #chains = new Map<string, readonly string[]>()
  readonly #sets = new Map<string, ReadonlyMap<string, string>>()
  readonly #declared = new Map<string, string>()
  /** By direction and pod the chains of the policies that select it. */
  readonly #selected: Readonly<Record<Direction, Map<PolicyPod, string[]>>> = {
    ingress: new Map(),
    egress: new Map(),
  }

  constructor(world: PolicyWorld) {
    this.#world = world
    for (const pod of world.pods) {
      const list = this.#byNamespace.get(pod.namespace)
      if (list) list.push(pod)
      else this.#byNamespace.set(pod.namespace, [pod])
    }
  }

  add({ metadata, spec }: NetworkPolicy): void {
    if (!spec) return
    const namespace = metadata.namespace ?? ''
    // An absent selector is an empty one here: it selects every pod of the namespace.
    const targets = this.#pods(namespace, spec.podSelector ?? {}).filter(({ node }) => node !== undefined)
    if (targets.length === 0) return
    for (const direction of directionsOf(spec)) {
      const chain = `${direction}_${digest(`${namespace}/${metadata.name}`)}`
      for (const pod of targets) {
        const list = this.#selected[direction].get(pod)
        if (list) list.push(chain)
        else this.#selected[direction].set(pod, [chain])
      }
      const rules = rulesOf(spec, direction).flatMap((rule, i) =>
        this.#rule(direction, namespace, rule, targets, `${chain}_${i}`),
      )
      this.#chains.set(chain, rules)
    }
  }

  finished(): Table {
    const always = new Map<string, string>()
    for (const direction of ['ingress', 'egress'] as const) {
      const verdicts = new Map<string, string>()
      for (const [{ address, node }, policies] of this.#selected[direction]) {
        const chain = `only_${direction}_${digest(policies.join())}`
        this.#chains.set(chain, [...policies.map((policy) => `jump ${policy}`), 'drop'])
        verdicts.set(address, `goto ${chain}`)
        for (const pair of [
          [address, address],
          [address, node],
          [node, address],
        ])
          always.set(pair.join(' . '), '')
      }
      this.#sets.set(direction, verdicts)
    }
    this.#sets.set('always', always)
    return { chains: this.#chains, sets: this.#sets, declared: this.#declared }
  }

  /** Every way in which a rule accepts: one of its peers and one of its ports, and all where it names none. */
  #rule(
    direction: Direction,
    namespace: string,
    { peers, ports }: Rule,
    targets: readonly PolicyPod[],
    id: string,
  ): string[] {
    const whom = peers.length === 0 ? [''] : this.#peers(direction, namespace, peers, `${id}_pods`)
    const where =
      ports.length === 0
        ? ['']
        : // A name is looked up at whoever is spoken to.
          portMatches(ports, (named) =>
            this.#named(`${id}_ports`, named, direction === 'ingress' ? targets : this.#world.pods),
          )
    return whom.flatMap((peer) => where.map((port) => `${peer}${port}accept`))
  }

  #peers(direction: Direction, namespace: string, peers: readonly Peer[], set: string): string[] {
    const side = direction === 'ingress' ? 'ip saddr' : 'ip daddr'
    const bySelector = peers.filter(({ ipBlock }) => !ipBlock)
    const addresses = bySelector.flatMap((peer) => this.#peerPods(namespace, peer).map((pod) => pod.address))
    const pods = bySelector.length === 0 ? [] : [`${side} @${this.#set(set, 'type ipv4_addr;', addresses)} `]
    return [...pods, ...peers.flatMap(({ ipBlock }) => (ipBlock ? blockMatch(side, ipBlock) : []))]
  }

  #peerPods(namespace: string, { podSelector, namespaceSelector }: Peer): readonly PolicyPod[] {
    if (!namespaceSelector) return this.#pods(namespace, podSelector ?? {})
    return [...this.#world.namespaces].flatMap(([name, labels]) =>
      matchesSelector(labels, namespaceSelector) ? this.#pods(name, podSelector ?? {}) : [],
    )
  }

  #pods(namespace: string, selector: NonNullable<Peer['podSelector']>): readonly PolicyPod[] {
    const all = this.#byNamespace.get(namespace) ?? []
    return all.filter((pod) => matchesSelector(pod.labels, selector))
  }

  #named(set: string, ports: readonly Port[], pods: readonly PolicyPod[]): string {
    const places = pods.flatMap((pod) =>
      pod.ports
        .filter((one) =>
          ports.some(({ port, protocol }) => one.name === port && one.protocol === protocolOf(protocol)),
        )
        .map(({ protocol, port }) => `${pod.address} . ${protocol} . ${port}`),
    )
    return this.#set(set, 'type ipv4_addr . inet_proto . inet_service;', places)
  }

  #set(name: string, declaration: string, elements: readonly string[]): string {
    this.#declared.set(name, declaration)
    this.#sets.set(name, new Map(elements.map((element) => [element, ''])))
    return name
  }
}

function portMatches(ports: readonly Port[], named: (ports: readonly Port[]) => string): string[] {
  const byName = ports.filter(({ port }) => typeof port === 'string')
  const byNumber = ports.flatMap(({ port, endPort, protocol }) => {
    if (typeof port === 'string') return []
    const range = port === undefined ? '' : ` th dport ${port}${endPort === undefined ? '' : `-${endPort}`}`
    return [`meta l4proto ${protocolOf(protocol)}${range} `]
  })
  return byName.length === 0
    ? byNumber
    : [...byNumber, `ip daddr . meta l4proto . th dport @${named(byName)} `]
}

/** Nothing for a block of IPv6 addresses: nobody here has one. */
function blockMatch(side: string, { cidr, except = [] }: NonNullable<Peer['ipBlock']>): string[] {
  const [address = ''] = cidr.split('/')
  if (!isIPv4(address)) return []
  return [[`${side} ${cidr} `, ...except.map((part) => `${side} != ${part} `)].join('')]
}

/** Names of a policy may be longer than those of a chain. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
