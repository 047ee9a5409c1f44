/** Taints and tolerations, cordons, and nodes that do not answer. Pure. */
import type { Node, Pod } from '@orlop/kube'
import type { Taint, Toleration } from '../wire.ts'
import { type Filter, refuse } from './situation.ts'

export const isSchedulable: Filter = ({ pod }, node) => {
  if (node.spec?.unschedulable !== true) return undefined
  const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }
  return tolerates(pod, taint) ? undefined : refuse('node(s) were unschedulable')
}

export const toleratesTaints: Filter = ({ pod }, node) => {
  const repelled = taintsOf(node).find((t) => t.effect !== 'PreferNoSchedule' && !tolerates(pod, t))
  return repelled && refuse('node(s) had untolerated taint(s)')
}

/** How many of its soft taints speak against `node`. */
export function softTaints(pod: Pod, node: Node): number {
  return taintsOf(node).filter((t) => t.effect === 'PreferNoSchedule' && !tolerates(pod, t)).length
}

/** A node that is not Ready counts as tainted even before anybody wrote the taint down. */
export function taintsOf(node: Node): Taint[] {
  const written = (node.spec?.taints ?? []).filter((t) => t.key !== 'node.kubernetes.io/unschedulable')
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status
  if (ready === 'True') return written
  const key = ready === 'Unknown' ? 'node.kubernetes.io/unreachable' : 'node.kubernetes.io/not-ready'
  return written.some((t) => t.key === key) ? written : [...written, { key, effect: 'NoSchedule' }]
}

function tolerates(pod: Pod, taint: Taint): boolean {
  return (pod.spec?.tolerations ?? []).some((toleration) => covers(toleration, taint))
}

export function covers({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false
  if (key && key !== taint.key) return false
  if (operator === 'Exists') return true
  return Boolean(key) && (value ?? '') === (taint.value ?? '')
}
