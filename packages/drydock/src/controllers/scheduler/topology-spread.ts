/** topologySpreadConstraints (PodTopologySpread). Pure. */
import type { Node } from '@orlop/kube'
import { isTerminating } from '../pod-state.ts'
import { matchesSelector } from '../selector.ts'
import type { SpreadConstraint } from '../wire.ts'
import { wantsNode } from './node-affinity.ts'
import { narrowed } from './pod-affinity.ts'
import { type Filter, refuse, refuseForNow, type Situation } from './situation.ts'
import { toleratesTaints } from './taints.ts'

export const keepsSpread: Filter = (situation, node) => {
  for (const constraint of constraints(situation, 'DoNotSchedule')) {
    if (node.metadata.labels?.[constraint.topologyKey] === undefined) {
      return refuse("node(s) didn't match pod topology spread constraints (missing required label)")
    }
    if (skewWith(situation, constraint, node) > constraint.maxSkew) {
      return refuseForNow("node(s) didn't match pod topology spread constraints")
    }
  }
  return undefined
}

/** How uneven the soft constraints would become on `node`. */
export function softSkew(situation: Situation, node: Node): number {
  return constraints(situation, 'ScheduleAnyway').reduce((sum, constraint) => {
    const labelled = node.metadata.labels?.[constraint.topologyKey] !== undefined
    return sum + (labelled ? skewWith(situation, constraint, node) : Number.MAX_SAFE_INTEGER)
  }, 0)
}

function constraints({ pod }: Situation, whenUnsatisfiable: string): SpreadConstraint[] {
  return (pod.spec?.topologySpreadConstraints ?? []).filter((c) => c.whenUnsatisfiable === whenUnsatisfiable)
}

/** The pods in the node's domain, the new one included, minus those of the emptiest domain. */
function skewWith(situation: Situation, constraint: SpreadConstraint, node: Node): number {
  const counts = domainCounts(situation, constraint)
  const domain = node.metadata.labels?.[constraint.topologyKey] ?? ''
  const fewest = counts.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...counts.values())
  const self = matchesSelector(situation.pod.metadata.labels, narrowed(situation.pod, constraint)) ? 1 : 0
  return (counts.get(domain) ?? 0) + self - (Number.isFinite(fewest) ? fewest : 0)
}

/** Only nodes the pod could use count as domains, by the constraint's policies for affinity and taints. */
function domainCounts(situation: Situation, constraint: SpreadConstraint): Map<string, number> {
  const { pod, nodes, podsOn } = situation
  const selector = narrowed(pod, constraint)
  const counts = new Map<string, number>()
  for (const node of nodes) {
    const domain = node.metadata.labels?.[constraint.topologyKey]
    if (domain === undefined) continue
    if (constraint.nodeAffinityPolicy !== 'Ignore' && !wantsNode(pod, node)) continue
    if (constraint.nodeTaintsPolicy === 'Honor' && toleratesTaints(situation, node) !== undefined) continue
    const matching = podsOn(node.metadata.name).filter(
      (other) =>
        other.metadata.namespace === pod.metadata.namespace &&
        !isTerminating(other) &&
        matchesSelector(other.metadata.labels, selector),
    )
    counts.set(domain, (counts.get(domain) ?? 0) + matching.length)
  }
  return counts
}
