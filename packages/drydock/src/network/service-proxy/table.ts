/** What the kernel's table of Services has to hold: pure, from who answers where. */
import type { EndpointSlice } from '@orlop/kube'
import type { Table } from '../rules/change.ts'
import type { Backend, Frontend } from './backends.ts'

/**
 * - `services`, `node_ports`: where a new connection goes. A lookup, so that a thousand Services cost a packet what one costs.
 * - `silent`: a Service that nobody answers for refuses, at once, as a closed port does.
 * - `live`: whom any Service lists. An established connection to somebody else is reset when its client next speaks. One that is
 *   only not ready, or was given to another Service, keeps its connections, as under kube-proxy.
 * - `itself`: a pod that reaches itself through a Service must see another source, or it would answer itself directly.
 */
export function skeleton(table: string): string {
  return `table ip ${table} {}
delete table ip ${table}
table ip ${table} {
  map services {
    type ipv4_addr . inet_proto . inet_service : verdict
  }
  map node_ports {
    type inet_proto . inet_service : verdict
  }
  set silent {
    type ipv4_addr . inet_proto . inet_service
  }
  set addresses {
    type ipv4_addr
  }
  set live {
    type ipv4_addr
  }
  set itself {
    type ipv4_addr . ipv4_addr
  }
  chain translate {
    ip daddr . meta l4proto . th dport vmap @services
    fib daddr type local meta l4proto . th dport vmap @node_ports
  }
  chain prerouting {
    type nat hook prerouting priority -100
    jump translate
  }
  chain output {
    type nat hook output priority -100
    jump translate
  }
  chain refuse {
    ip daddr . meta l4proto . th dport @silent goto refused
    meta l4proto tcp ct status dnat ct direction original ct original ip daddr @addresses ip daddr != @live reject with tcp reset
  }
  chain refused {
    meta l4proto tcp reject with tcp reset
    reject
  }
  chain refuse_forward {
    type filter hook forward priority -10
    jump refuse
  }
  chain refuse_output {
    type filter hook output priority -10
    jump refuse
  }
  chain refuse_input {
    type filter hook input priority -10
    jump refuse
  }
  chain postrouting {
    type nat hook postrouting priority 100
    ct status dnat ip saddr . ip daddr @itself masquerade
  }
}
`
}

/** A chain for each address and port of a Service that is served: its rules choose the endpoint. */
export function tableOf(list: readonly Frontend[], slices: readonly EndpointSlice[]): Table {
  const chains = new Map<string, readonly string[]>()
  const services = new Map<string, string>()
  const nodePorts = new Map<string, string>()
  const silent = new Map<string, string>()
  const addresses = new Map<string, string>()
  for (const { address, protocol, port, nodePort, backends } of list) {
    const place = `${address} . ${protocol} . ${port}`
    addresses.set(address, '')
    if (backends.length === 0) {
      silent.set(place, '')
      continue
    }
    const chain = `to_${address}_${protocol}_${port}`
    chains.set(chain, choice(protocol, backends))
    services.set(place, `goto ${chain}`)
    if (nodePort !== undefined) nodePorts.set(`${protocol} . ${nodePort}`, `goto ${chain}`)
  }
  const live = liveAddresses(list, slices)
  return {
    chains,
    sets: new Map([
      ['services', services],
      ['node_ports', nodePorts],
      ['silent', silent],
      ['addresses', addresses],
      ['live', new Map(live.map((address) => [address, '']))],
      ['itself', new Map(live.map((address) => [`${address} . ${address}`, '']))],
    ]),
  }
}

/** One of them at random: the first with probability 1/n, else the second with 1/(n-1), and so on; a map would be slower to load. */
function choice(protocol: string, backends: readonly Backend[]): string[] {
  return backends.map(({ address, port }, i) => {
    const left = backends.length - i
    const chance = left > 1 ? `numgen random mod ${left} == 0 ` : ''
    return `${chance}meta l4proto ${protocol} dnat to ${address}:${port}`
  })
}

function liveAddresses(list: readonly Frontend[], slices: readonly EndpointSlice[]): string[] {
  const live = new Set(list.flatMap(({ backends }) => backends.map(({ address }) => address)))
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue
    for (const { addresses } of slice.endpoints ?? []) for (const address of addresses) live.add(address)
  }
  return [...live]
}
