/** The nftables rules by which the kernel carries Services: pure, from who answers where to the text of one transaction. */
import type { Backend, Frontend } from './backends.ts'

/**
 * Replaces the whole table at once, so that no packet ever sees half of a change.
 * - `translate`: a new connection to a Service goes to one of its backends, chosen at random.
 * - `refuse`: a Service that nobody answers for refuses, at once, as a closed port does.
 * - `cut`: an established connection whose backend no longer answers for the Service is reset when its client next speaks.
 * - `hairpin`: a pod that reaches itself through a Service must see another source, or it would answer itself directly.
 */
export function renderRules(table: string, list: readonly Frontend[]): string {
  const served = list.filter((f) => f.backends.length > 0)
  const silent = list.filter((f) => f.backends.length === 0)
  return `table ip ${table} {}
delete table ip ${table}
table ip ${table} {
  chain translate {
${lines(served.flatMap(translations))}  }
  chain refuse {
${lines([...silent.flatMap(refusals), ...served.flatMap(cuts)])}  }
  chain prerouting { type nat hook prerouting priority -100; jump translate; }
  chain output { type nat hook output priority -100; jump translate; }
  chain refuse_forward { type filter hook forward priority -10; jump refuse; }
  chain refuse_output { type filter hook output priority -10; jump refuse; }
  chain refuse_input { type filter hook input priority -10; jump refuse; }
  chain hairpin {
    type nat hook postrouting priority 100;
${lines(hairpins(served))}  }
}
`
}

function lines(rules: readonly string[]): string {
  return rules.map((rule) => `    ${rule}\n`).join('')
}

function translations({ protocol, address, port, nodePort, backends }: Frontend): string[] {
  const target = `dnat ip to ${choice(backends)}`
  const rules = [`ip daddr ${address} ${protocol} dport ${port} ${target}`]
  if (nodePort !== undefined) rules.push(`fib daddr type local ${protocol} dport ${nodePort} ${target}`)
  return rules
}

function choice(backends: readonly Backend[]): string {
  const [only] = backends
  if (only && backends.length === 1) return `${only.address}:${only.port}`
  const entries = backends.map((b, i) => `${i} : ${b.address} . ${b.port}`)
  return `numgen random mod ${backends.length} map { ${entries.join(', ')} }`
}

function refusals({ protocol, address, port }: Frontend): string[] {
  return [`ip daddr ${address} ${protocol} dport ${port} ${reject(protocol)}`]
}

function cuts({ protocol, address, port, backends }: Frontend): string[] {
  if (protocol === 'udp') return []
  const current = backends.map((b) => b.address).join(', ')
  return [
    `meta l4proto tcp ct status dnat ct direction original ct original ip daddr ${address} ct original proto-dst ${port} ip daddr != { ${current} } ${reject('tcp')}`,
  ]
}

function reject(protocol: 'tcp' | 'udp'): string {
  return protocol === 'tcp' ? 'reject with tcp reset' : 'reject'
}

function hairpins(list: readonly Frontend[]): string[] {
  const addresses = [...new Set(list.flatMap((f) => f.backends.map((b) => b.address)))].sort()
  if (addresses.length === 0) return []
  return [
    `ct status dnat ip saddr . ip daddr { ${addresses.map((a) => `${a} . ${a}`).join(', ')} } masquerade`,
  ]
}
