/** What the kernel's table of Services has to hold: pure, from who answers where. */
import type { EndpointSlice } from '@orlop/kube'
import type { Table } from '../rules/change.ts'
import { type Backend, backendsFor, type Frontend } from './backends.ts'

/** A node as the proxy knows it: whose traffic is from there, and which traffic to there is from outside. */
export interface ProxyNode {
  readonly name: string
  readonly subnet: string
  readonly gateway: string
}

/** What the table depends on besides Services and their slices. */
export interface Surroundings {
  readonly nodes: readonly ProxyNode[]
  /** The number of the book of a UDP Service, by `address port`; none for the ordinary one. */
  readonly flowBooks: ReadonlyMap<string, number>
}

const alone: Surroundings = { nodes: [], flowBooks: new Map() }

/** A chain for each address and port of a Service that is served: its rules choose the endpoint. */
export function tableOf(
  list: readonly Frontend[],
  slices: readonly EndpointSlice[],
  { nodes, flowBooks }: Surroundings = alone,
): Table {
  const chains = new Map<string, readonly string[]>()
  const declared = new Map<string, string>()
  const services = new Map<string, string>()
  const nodePorts = new Map<string, string>()
  const silent = new Map<string, string>()
  const addresses = new Map<string, string>()
  const flows = new Map<string, string>()
  for (const frontend of list) {
    const { address, protocol, port, nodePort } = frontend
    const place = `${address} . ${protocol} . ${port}`
    addresses.set(address, '')
    const book = flowBooks.get(`${address} ${port}`)
    if (protocol === 'udp' && book !== undefined) {
      chains.set(`flow_${address}_${port}`, [`ct original zone set ${book}`])
      flows.set(`${address} . ${port}`, `goto flow_${address}_${port}`)
    }
    if (backendsFor(frontend).length === 0) {
      silent.set(place, '')
      continue
    }
    const ways = new Ways(frontend, nodes, chains, declared)
    services.set(place, `goto ${frontend.internalLocal ? ways.byNode('in', 'ip saddr') : ways.everywhere()}`)
    if (nodePort !== undefined)
      nodePorts.set(
        `${protocol} . ${nodePort}`,
        `goto ${frontend.externalLocal ? ways.byNode('ext', 'ip daddr') : ways.everywhere()}`,
      )
  }
  const live = liveAddresses(list, slices)
  return {
    chains,
    declared,
    sets: new Map([
      ['services', services],
      ['node_ports', nodePorts],
      ['nodes', new Map(nodes.map(({ gateway }) => [gateway, '']))],
      ['silent', silent],
      ['addresses', addresses],
      ['flows', flows],
      ['live', new Map(live.map((address) => [address, '']))],
      ['itself', new Map(live.map((address) => [`${address} . ${address}`, '']))],
    ]),
  }
}

/** The chains of one address and port. */
class Ways {
  readonly #frontend: Frontend
  readonly #nodes: readonly ProxyNode[]
  readonly #chains: Map<string, readonly string[]>
  readonly #declared: Map<string, string>
  readonly #name: string

  constructor(
    frontend: Frontend,
    nodes: readonly ProxyNode[],
    chains: Map<string, readonly string[]>,
    declared: Map<string, string>,
  ) {
    this.#frontend = frontend
    this.#nodes = nodes
    this.#chains = chains
    this.#declared = declared
    this.#name = `${frontend.address}_${frontend.protocol}_${frontend.port}`
  }

  /** To any endpoint. */
  everywhere(): string {
    return this.#to(`to_${this.#name}`, backendsFor(this.#frontend))
  }

  /**
   * To the endpoints of one node alone, as a traffic policy `Local` wants it, and nowhere where that has none. For traffic inside the cluster
   * the node it comes from counts (`ip saddr`); for traffic from outside the node it came to, while pods reach every endpoint that way, too.
   * What runs beside the nodes is on none of them.
   */
  byNode(kind: 'in' | 'ext', side: 'ip saddr' | 'ip daddr'): string {
    const rules = this.#nodes.map(({ name, subnet, gateway }, i) => {
      const chain = this.#to(`${kind}${i}_${this.#name}`, backendsFor(this.#frontend, name))
      return `${side} ${side === 'ip saddr' ? subnet : gateway} goto ${chain}`
    })
    const everywhere = this.everywhere()
    const fromPods =
      side === 'ip daddr'
        ? this.#nodes.map(
            ({ subnet, gateway }) => `ip saddr ${subnet} ip saddr != ${gateway} goto ${everywhere}`,
          )
        : []
    const chain = `${kind}_${this.#name}`
    this.#chains.set(chain, [...fromPods, ...rules, `goto ${everywhere}`])
    return chain
  }

  #to(chain: string, backends: readonly Backend[]): string {
    if (!this.#chains.has(chain)) this.#chains.set(chain, this.#choice(backends))
    return chain
  }

  /** One of them at random: the first with probability 1/n, else the second with 1/(n-1), and so on; a map would be slower to load. */
  #choice(backends: readonly Backend[]): string[] {
    if (backends.length === 0) return ['drop']
    const { affinity } = this.#frontend
    const verdicts = backends.map((backend) => this.#verdict(backend))
    const known =
      affinity === undefined ? [] : backends.map((one, i) => `ip saddr @${this.#clients(one)} ${verdicts[i]}`)
    return [
      ...known,
      ...verdicts.map((verdict, i) => {
        const left = backends.length - i
        return `${left > 1 ? `numgen random mod ${left} == 0 ` : ''}${verdict}`
      }),
    ]
  }

  #verdict(backend: Backend): string {
    const { affinity, protocol } = this.#frontend
    const translate = `meta l4proto ${protocol} dnat to ${backend.address}:${backend.port}`
    if (affinity === undefined) return translate
    const chain = `ep_${this.#name}_${backend.address}_${backend.port}`
    const clients = this.#clients(backend)
    this.#declared.set(clients, `type ipv4_addr; size 65535; flags dynamic,timeout; timeout ${affinity}s;`)
    this.#chains.set(chain, [`update @${clients} { ip saddr }`, translate])
    return `goto ${chain}`
  }

  /** The set of clients that stay with an endpoint; its time is part of its name, as it cannot be changed. */
  #clients({ address, port }: Backend): string {
    return `clients_${this.#name}_${address}_${port}_${this.#frontend.affinity}s`
  }
}

function liveAddresses(list: readonly Frontend[], slices: readonly EndpointSlice[]): string[] {
  const live = new Set(list.flatMap((frontend) => backendsFor(frontend).map(({ address }) => address)))
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue
    for (const { addresses } of slice.endpoints ?? []) for (const address of addresses) live.add(address)
  }
  return [...live]
}
