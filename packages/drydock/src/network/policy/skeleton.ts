/**
 * What of the table of policies is always the same. Each direction has a base chain of its own, so that what one accepts is still judged by
 * the other. They see packets after the translation of Services (-100) and after the refusals of faults and Services (-20, -10), with the
 * addresses of the pods at both ends.
 * - `ingress`, `egress`: pods that a policy selects. - `always`: a pod and itself, a pod and its own node.
 */
export function skeleton(table: string): string {
  const base = (direction: string, hook: string, priority: number): string => `  chain ${direction}_${hook} {
    type filter hook ${hook} priority ${priority}
    jump judge_${direction}
  }
`
  const judge = (direction: string, side: string): string => `  map ${direction} {
    type ipv4_addr : verdict
  }
  chain judge_${direction} {
    ct state established,related accept
    ip saddr . ip daddr @always accept
    ip ${side} vmap @${direction}
  }
`
  return `table ip ${table} {}
delete table ip ${table}
table ip ${table} {
  set always {
    type ipv4_addr . ipv4_addr
  }
${judge('egress', 'saddr')}${judge('ingress', 'daddr')}${base('egress', 'forward', 0)}${base('egress', 'input', 0)}${base('ingress', 'forward', 1)}${base('ingress', 'output', 1)}}
`
}
