/** Affinity and anti-affinity between pods. Pure. */
import type { Node, Pod } from '@orlop/kube'
import { matchesSelector } from '../selector.ts'
import type { LabelSelector, PodAffinityTerm } from '../wire.ts'
import { type Filter, refuse, refuseForNow, type Situation } from './situation.ts'

export const matchesPodAffinity: Filter = (situation, node) => {
  const { pod } = situation
  const terms = requiredTerms(pod, 'podAffinity')
  if (!terms.every((term) => isNear(situation, node, term))) {
    return refuse("node(s) didn't match pod affinity rules")
  }
  if (requiredTerms(pod, 'podAntiAffinity').some((term) => hasNeighbour(situation, node, term))) {
    return refuseForNow("node(s) didn't match pod anti-affinity rules")
  }
  if (repelledByOthers(situation, node)) {
    return refuseForNow("node(s) didn't satisfy existing pods anti-affinity rules")
  }
  return undefined
}

/** Weights for, minus weights against, by the pod's preferred terms. */
export function podPreference(situation: Situation, node: Node): number {
  const { podAffinity, podAntiAffinity } = situation.pod.spec?.affinity ?? {}
  const sum = (weighted: typeof podAffinity): number =>
    (weighted?.preferredDuringSchedulingIgnoredDuringExecution ?? []).reduce(
      (total, { weight, podAffinityTerm }) =>
        total + weight * neighbours(situation, node, podAffinityTerm).length,
      0,
    )
  return sum(podAffinity) - sum(podAntiAffinity)
}

/** The first pod of a group that wants to be near itself may start anywhere. */
function isNear(situation: Situation, node: Node, term: PodAffinityTerm): boolean {
  if (node.metadata.labels?.[term.topologyKey] === undefined) return false
  if (hasNeighbour(situation, node, term)) return true
  const { pod, nodes, podsOn } = situation
  const anywhere = nodes.some((n) => podsOn(n.metadata.name).some((p) => selects(pod, term, p)))
  return !anywhere && selects(pod, term, pod)
}

function hasNeighbour(situation: Situation, node: Node, term: PodAffinityTerm): boolean {
  return neighbours(situation, node, term).length > 0
}

function neighbours({ pod, nodes, podsOn }: Situation, node: Node, term: PodAffinityTerm): Pod[] {
  return sameDomain(nodes, node, term.topologyKey).flatMap((n) =>
    podsOn(n.metadata.name).filter((other) => selects(pod, term, other)),
  )
}

function repelledByOthers({ pod, nodes, podsOn }: Situation, node: Node): boolean {
  return nodes.some((n) =>
    podsOn(n.metadata.name).some((other) =>
      requiredTerms(other, 'podAntiAffinity').some(
        (term) => selects(other, term, pod) && sameDomain(nodes, node, term.topologyKey).includes(n),
      ),
    ),
  )
}

/** The nodes with the label value of `node`; none where it has no such label. */
export function sameDomain(nodes: readonly Node[], node: Node, topologyKey: string): Node[] {
  const value = node.metadata.labels?.[topologyKey]
  return value === undefined ? [] : nodes.filter((n) => n.metadata.labels?.[topologyKey] === value)
}

function requiredTerms(pod: Pod, side: 'podAffinity' | 'podAntiAffinity'): readonly PodAffinityTerm[] {
  return pod.spec?.affinity?.[side]?.requiredDuringSchedulingIgnoredDuringExecution ?? []
}

/** Whether the term of `subject` means `other`. A namespaceSelector is read as "every namespace". */
function selects(subject: Pod, term: PodAffinityTerm, other: Pod): boolean {
  const { namespaces = [], namespaceSelector } = term
  const own = namespaces.length === 0 && namespaceSelector === undefined
  const inNamespace = own
    ? other.metadata.namespace === subject.metadata.namespace
    : namespaceSelector !== undefined || namespaces.includes(other.metadata.namespace ?? '')
  return inNamespace && matchesSelector(other.metadata.labels, narrowed(subject, term))
}

/** matchLabelKeys: only pods with the subject's own value of these labels, as of its pod-template-hash. */
export function narrowed(
  subject: Pod,
  { labelSelector, matchLabelKeys = [] }: { labelSelector?: LabelSelector; matchLabelKeys?: string[] },
): LabelSelector | undefined {
  if (labelSelector === undefined || matchLabelKeys.length === 0) return labelSelector
  const own = matchLabelKeys.flatMap((key) => {
    const value = subject.metadata.labels?.[key]
    return value === undefined ? [] : [{ key, operator: 'In', values: [value] }]
  })
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...own] }
}
