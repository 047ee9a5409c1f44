/** What a pod asks of a node, and whether it is there (NodeResourcesFit). Pure. */
import type { Pod } from '@orlop/kube'
import { fits, quantity } from '../quantity.ts'
import type { Filter } from './situation.ts'

type Amounts = Map<string, number>

export const fitsResources: Filter = ({ pod, podsOn }, node) => {
  const allocatable = node.status?.allocatable ?? node.status?.capacity ?? {}
  const placed = podsOn(node.metadata.name)
  const reasons: string[] = []
  if (allocatable.pods !== undefined && placed.length + 1 > quantity(allocatable.pods)) {
    reasons.push('Too many pods')
  }
  const used = total(placed.map(requestsOf))
  let everFits = true
  for (const [resource, wanted] of requestsOf(pod)) {
    const there = quantity(allocatable[resource])
    if (wanted === 0 || fits(wanted, there - (used.get(resource) ?? 0))) continue
    reasons.push(`Insufficient ${resource}`)
    everFits &&= fits(wanted, there)
  }
  return reasons.length > 0 ? { reasons, preemptable: everFits } : undefined
}

/**
 * The larger of what runs for good (containers and sidecars) and of what each init container needs while it runs
 * beside the sidecars before it, plus the overhead (KEP 753).
 */
export function requestsOf(pod: Pod): Amounts {
  let sidecars: Amounts = new Map()
  let peak: Amounts = new Map()
  for (const container of pod.spec?.initContainers ?? []) {
    const wanted = amounts(container.resources?.requests)
    const whileItRuns = total([sidecars, wanted])
    if ('restartPolicy' in container && container.restartPolicy === 'Always') sidecars = whileItRuns
    peak = larger(peak, whileItRuns)
  }
  const running = (pod.spec?.containers ?? []).map((container) => amounts(container.resources?.requests))
  return total([larger(total([...running, sidecars]), peak), amounts(pod.spec?.overhead)])
}

/** The mean share of a node's processor and memory in use, 0 to 1. */
export function share(pods: readonly Pod[], allocatable: Readonly<Record<string, string>>): number {
  const used = total(pods.map(requestsOf))
  const shares = ['cpu', 'memory'].map((resource) => {
    const there = quantity(allocatable[resource])
    return there > 0 ? (used.get(resource) ?? 0) / there : 0
  })
  return shares.reduce((sum, s) => sum + s, 0) / shares.length
}

function amounts(requests: Readonly<Record<string, string>> | undefined): Amounts {
  return new Map(Object.entries(requests ?? {}).map(([resource, text]) => [resource, quantity(text)]))
}

function total(parts: readonly Amounts[]): Amounts {
  const sum: Amounts = new Map()
  for (const part of parts) {
    for (const [resource, amount] of part) sum.set(resource, (sum.get(resource) ?? 0) + amount)
  }
  return sum
}

function larger(a: Amounts, b: Amounts): Amounts {
  const result: Amounts = new Map(a)
  for (const [resource, amount] of b) result.set(resource, Math.max(amount, a.get(resource) ?? 0))
  return result
}
