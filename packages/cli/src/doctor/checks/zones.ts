/** How many zones there are, and so what `placement.spread: zone` can do. */
import type { Node } from '@orlop/kube'
import type { Check, Finding } from '../check.ts'

export const zones: Check = {
  name: 'zones',
  title: 'Zones',
  run: async (look) => judgeZones(await look.nodes()),
}

const label = 'topology.kubernetes.io/zone'

export function judgeZones(nodes: readonly Node[]): Finding {
  if (nodes.length === 0) return { result: 'unknown', seen: 'there are no nodes' }
  const counts = new Map<string, number>()
  for (const { metadata } of nodes) {
    const zone = metadata.labels?.[label] ?? ''
    counts.set(zone, (counts.get(zone) ?? 0) + 1)
  }
  const without = counts.get('') ?? 0
  const named = [...counts].filter(([zone]) => zone !== '').sort(([a], [b]) => (a < b ? -1 : 1))
  const nodesOf = (count: number): string => (count === 1 ? 'one node' : `${count} nodes`)
  if (named.length === 0) {
    return {
      result: nodes.length === 1 ? 'ok' : 'warn',
      seen: `no node says its zone (${label}); instances are spread over ${nodesOf(nodes.length)}`,
      ...(nodes.length === 1
        ? {}
        : { remedy: `if nodes can fail together: kubectl label node NODE ${label}=ZONE` }),
    }
  }
  const list = named.map(([zone, count]) => `${zone} (${nodesOf(count)})`).join(', ')
  if (without > 0) {
    return {
      result: 'warn',
      seen: `${list}; ${nodesOf(without)} without a zone, which a spread by zone takes last`,
      remedy: `kubectl label node NODE ${label}=ZONE`,
    }
  }
  if (named.length === 1) {
    return {
      result: 'ok',
      seen: `one: ${list}; a spread by zone means by node, and a lost zone is a lost cache`,
    }
  }
  return {
    result: 'ok',
    seen: `${list}; a primary and its replica are in different ones where room allows`,
    ...(named.length === 2
      ? {
          details: [
            'with two zones a majority of three Sentinels is lost with one of them: three zones bear the loss of any',
          ],
        }
      : {}),
  }
}
