/** How long a pod bears the taints of its node. Pure. Source: pkg/controller/tainteviction. */
import type { Node, Pod } from '@orlop/kube'
import { covers } from '../scheduler/taints.ts'
import type { Taint } from '../wire.ts'

export function noExecuteTaints(node: Node | undefined): Taint[] {
  return (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute')
}

/** Milliseconds; 0 for a taint that it does not tolerate, Infinity where it bears all of them for good. */
export function toleratedFor(pod: Pod, taints: readonly Taint[]): number {
  const tolerations = pod.spec?.tolerations ?? []
  const used = taints.map((taint) => tolerations.filter((toleration) => covers(toleration, taint)))
  if (used.some((matching) => matching.length === 0)) return 0
  const seconds = used.flat().flatMap(({ tolerationSeconds }) => tolerationSeconds ?? [])
  return Math.max(0, Math.min(...seconds)) * 1000
}
