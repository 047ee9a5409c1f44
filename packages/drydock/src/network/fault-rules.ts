import type { NodeRange } from './ranges.ts'

/** What is cut at present. */
export interface Cuts {
  readonly nodes: readonly NodeRange[]
  /** From whom to whom packets are lost: addresses of pods, or all of a node's. */
  readonly lost: readonly (readonly [string, string])[]
}

/**
 * The ruleset that makes it so, in one transaction, whatever was there before; with nothing cut there is no table either. Packets
 * are dropped and not refused: the other side looks dead, not closed. The rules see a connection to a Service after its
 * translation, with the addresses of the pods, and act on connections that are already open.
 */
export function faultRules(table: string, { nodes, lost }: Cuts): string {
  const clear = `table ip ${table} {}\ndelete table ip ${table}\n`
  if (nodes.length === 0 && lost.length === 0) return clear
  const forward = [
    ...nodes.flatMap(({ subnet }) => [
      `ip saddr ${subnet} ip daddr != ${subnet} drop`,
      `ip daddr ${subnet} ip saddr != ${subnet} drop`,
    ]),
    ...lost.map(([from, to]) => `ip saddr ${from} ip daddr ${to} drop`),
  ]
  const into = nodes.map(({ subnet, gateway }) => `ip saddr ${subnet} ip daddr != ${gateway} drop`)
  const out = nodes.map(({ subnet, gateway }) => `ip daddr ${subnet} ip saddr != ${gateway} drop`)
  // After translation (-100) and before the rules of Services and policies.
  const chain = (hook: string, rules: readonly string[]): string =>
    `  chain at_${hook} {\n    type filter hook ${hook} priority -20;\n${rules.map((r) => `    ${r}\n`).join('')}  }\n`
  return `${clear}table ip ${table} {\n${chain('forward', forward)}${chain('input', into)}${chain('output', out)}}\n`
}
