/** From what the kernel holds to what it shall hold: pure, the text for nft. */

/** The parts of an nftables table that change; what is always the same is its skeleton. */
export interface Table {
  readonly chains: ReadonlyMap<string, readonly string[]>
  /** By set or map: its elements, with the verdict (or other value) of those of a map. */
  readonly sets: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** The sets among them that the skeleton does not have, with their declaration, e.g. `type ipv4_addr;`. */
  readonly declared?: ReadonlyMap<string, string>
}

/**
 * How many statements go into one transaction. The kernel takes a transaction as one message, and the longest that an ordinary user
 * may send is 416 KiB where nobody changed `net.core.wmem_max`; a statement makes less than 600 bytes of it.
 */
const most = 500

export const emptyTable: Table = { chains: new Map(), sets: new Map() }

const none: ReadonlyMap<string, never> = new Map<string, never>()

/**
 * The transactions that lead from one table to another; none where nothing differs. Ordinary changes fit into one, so that no packet
 * sees half of them; in a longer one each chain is still whole at every moment, and finds its sets filled.
 */
export function transactions(table: string, before: Table, after: Table): string[] {
  const declaredBefore = before.declared ?? none
  const declaredAfter = after.declared ?? none
  const made: string[] = []
  const filled: string[] = []
  const gone: string[] = []
  const come: string[] = []
  for (const [set, declaration] of declaredAfter)
    if (!declaredBefore.has(set)) made.push(`add set ip ${table} ${set} { ${declaration} }`)
  for (const [set, elements] of after.sets) {
    const old = before.sets.get(set)
    const added = declaredAfter.has(set) ? filled : come
    for (const [key, verdict] of elements) {
      if (old?.get(key) !== verdict) added.push(element('add', table, set, key, verdict))
    }
  }
  for (const [set, elements] of before.sets) {
    const wanted = after.sets.get(set)
    if (declaredBefore.has(set) && !declaredAfter.has(set)) continue
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
  const unmade = [...declaredBefore.keys()].filter((name) => !declaredAfter.has(name))
  // Whatever is pointed to is made before what points to it, and goes after it. Of chains that point to chains all are emptied first.
  return packed([
    ...made,
    ...filled,
    ...chains,
    ...gone,
    ...come,
    ...(removed.length > 1 ? removed.map((name) => `flush chain ip ${table} ${name}`) : []),
    ...removed.map((name) => `delete chain ip ${table} ${name}`),
    ...unmade.map((name) => `delete set ip ${table} ${name}`),
  ])
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
