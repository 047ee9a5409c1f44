/** From what the kernel holds to what it shall hold: pure, the text for nft. */
import type { Table } from './table.ts'

/**
 * How many statements go into one transaction. The kernel takes a transaction as one message, and the longest that an ordinary user
 * may send is 416 KiB where nobody changed `net.core.wmem_max`; a statement makes less than 600 bytes of it.
 */
const most = 500

export const emptyTable: Table = { chains: new Map(), sets: new Map() }

/**
 * The transactions that lead from one table to another; none where nothing differs. Ordinary changes fit into one, so that no packet
 * sees half of them; in a longer one each Service is still whole at every moment.
 */
export function transactions(table: string, before: Table, after: Table): string[] {
  const gone: string[] = []
  const come: string[] = []
  for (const [set, elements] of after.sets) {
    const old = before.sets.get(set)
    for (const [key, verdict] of elements) {
      if (old?.get(key) !== verdict) come.push(element('add', table, set, key, verdict))
    }
  }
  for (const [set, elements] of before.sets) {
    const wanted = after.sets.get(set)
    for (const [key, verdict] of elements) {
      if (wanted?.get(key) !== verdict) gone.push(element('delete', table, set, key, ''))
    }
  }
  const chains: string[] = []
  for (const [name, rules] of after.chains) {
    const old = before.chains.get(name)
    if (old && same(old, rules)) continue
    chains.push(
      [
        old ? `flush chain ip ${table} ${name}` : `add chain ip ${table} ${name}`,
        ...rules.map((rule) => `add rule ip ${table} ${name} ${rule}`),
      ].join('\n'),
    )
  }
  const removed = [...before.chains.keys()].filter((name) => !after.chains.has(name))
  // A chain is made before what points to it, and goes after it.
  return packed([...chains, ...gone, ...come, ...removed.map((name) => `delete chain ip ${table} ${name}`)])
}

function element(verb: 'add' | 'delete', table: string, set: string, key: string, verdict: string): string {
  return `${verb} element ip ${table} ${set} { ${key}${verdict === '' ? '' : ` : ${verdict}`} }`
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((rule, i) => rule === b[i])
}

/** A step is never divided. */
function packed(steps: readonly string[]): string[] {
  const texts: string[] = []
  let text = ''
  let size = 0
  for (const step of steps) {
    const lines = step.split('\n').length
    if (size > 0 && size + lines > most) {
      texts.push(text)
      text = ''
      size = 0
    }
    text += `${step}\n`
    size += lines
  }
  if (size > 0) texts.push(text)
  return texts
}
