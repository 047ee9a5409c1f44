/** What of the table of Services is always the same. */

/**
 * - `services`, `node_ports`: where a new connection goes. A lookup, so that a thousand Services cost a packet what one costs.
 * - `nodes`: the addresses at which node ports are. Not every address of this network namespace: others may have their nodes beside ours.
 * - `silent`: a Service that nobody answers for refuses, at once, as a closed port does.
 * - `live`: whom any Service lists. An established connection to somebody else is reset when its client next speaks. One that is
 *   only not ready, or was given to another Service, keeps its connections, as under kube-proxy.
 * - `flows`: in which book of connections to look those of a UDP Service up; see `flow-books.ts`.
 * - `itself`: a pod that reaches itself through a Service must see another source, or it would answer itself directly.
 */
export function skeleton(table: string): string {
  return `table ip ${table} {}
delete table ip ${table}
table ip ${table} {
  map services {
    type ipv4_addr . inet_proto . inet_service : verdict
  }
  map flows {
    type ipv4_addr . inet_service : verdict
  }
  map node_ports {
    type inet_proto . inet_service : verdict
  }
  set nodes {
    type ipv4_addr
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
    ip daddr @nodes meta l4proto . th dport vmap @node_ports
  }
  chain flows_prerouting {
    type filter hook prerouting priority -300
    meta l4proto udp ip daddr . th dport vmap @flows
  }
  chain flows_output {
    type filter hook output priority -300
    meta l4proto udp ip daddr . th dport vmap @flows
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
