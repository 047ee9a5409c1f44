/** Which node a pod goes to, or why none. Pure. */
import { controllerOf, type Node, type Pod } from '@orlop/kube'
import { matchesNodeAffinity, nodePreference, reachesVolumes } from './node-affinity.ts'
import { matchesPodAffinity, podPreference, sameDomain } from './pod-affinity.ts'
import { fitsResources, share } from './requests.ts'
import type { Filter, Refusal, Situation } from './situation.ts'
import { isSchedulable, softTaints, toleratesTaints } from './taints.ts'
import { keepsSpread, softSkew } from './topology-spread.ts'

export type Placement = { readonly node: string } | { readonly node: undefined; readonly message: string }

/** In the order of the real scheduler: a node is counted under the first filter that refuses it. */
const FILTERS: readonly Filter[] = [
  isSchedulable,
  toleratesTaints,
  matchesNodeAffinity,
  fitsResources,
  reachesVolumes,
  keepsSpread,
  matchesPodAffinity,
]

export function schedule(situation: Situation): Placement {
  const { nodes, volumes } = situation
  if (nodes.length === 0) return { node: undefined, message: 'no nodes available to schedule pods' }
  if (volumes.problem !== undefined) return refuseAll(nodes.length, volumes.problem)
  const refusals: Refusal[] = []
  const feasible: Node[] = []
  for (const node of nodes) {
    const refusal = firstRefusal(situation, node)
    if (refusal === undefined) feasible.push(node)
    else refusals.push(refusal)
  }
  const best = bestOf(situation, feasible)
  return best === undefined
    ? { node: undefined, message: refusalMessage(refusals) }
    : { node: best.metadata.name }
}

function firstRefusal(situation: Situation, node: Node): Refusal | undefined {
  for (const filter of FILTERS) {
    const refusal = filter(situation, node)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Compared from left to right, lower is better; the name makes it the same on every run. */
function costs(situation: Situation, node: Node): readonly number[] {
  const { pod, nodes, podsOn } = situation
  const siblings = (n: Node): number =>
    podsOn(n.metadata.name).filter((other) => areSiblings(pod, other)).length
  const zone = sameDomain(nodes, node, 'topology.kubernetes.io/zone')
  const placed = podsOn(node.metadata.name)
  return [
    softTaints(pod, node),
    -nodePreference(pod, node),
    -podPreference(situation, node),
    softSkew(situation, node),
    zone.reduce((sum, n) => sum + siblings(n), 0),
    siblings(node),
    share(placed, node.status?.allocatable ?? {}),
    placed.length,
  ]
}

function bestOf(situation: Situation, feasible: readonly Node[]): Node | undefined {
  const rated = feasible.map((node) => ({ node, costs: costs(situation, node) }))
  rated.sort((a, b) => {
    const at = a.costs.findIndex((cost, i) => cost !== b.costs[i])
    if (at >= 0) return (a.costs[at] ?? 0) - (b.costs[at] ?? 0)
    return a.node.metadata.name < b.node.metadata.name ? -1 : 1
  })
  return rated[0]?.node
}

function areSiblings(a: Pod, b: Pod): boolean {
  const owner = controllerOf(a)?.uid
  return owner !== undefined && owner === controllerOf(b)?.uid
}

/** The real one's dynamic resources, asked whether they could help, then do not find what they would have prepared. */
function refuseAll(total: number, reason: string): Placement {
  return { node: undefined, message: `0/${total} nodes are available: ${reason}. not found` }
}

/** As FitError.Error in kubernetes pkg/scheduler/framework/types.go: each reason with its count, sorted. */
function refusalMessage(refusals: readonly Refusal[]): string {
  const total = refusals.length
  const preemption = tally(
    refusals.map(({ preemptable }) =>
      preemptable
        ? 'No preemption victims found for incoming pod'
        : 'Preemption is not helpful for scheduling',
    ),
  )
  const reasons = tally(refusals.flatMap((refusal) => refusal.reasons))
  const available = `0/${total} nodes are available:`
  return `${available} ${reasons}. no new claims to deallocate, preemption: ${available} ${preemption}.`
}

function tally(reasons: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ')
}
