/** nodeSelector, required node affinity and the affinity of volumes. Pure. */
import type { Node, Pod } from '@orlop/kube'
import { meetsRequirement } from '../../label-requirement.ts'
import { matchesLabels } from '../selector.ts'
import type { NodeSelectorTerm } from '../wire.ts'
import { type Filter, refuse } from './situation.ts'

type Requirement = NonNullable<NodeSelectorTerm['matchExpressions']>[number]

export const matchesNodeAffinity: Filter = ({ pod }, node) =>
  wantsNode(pod, node) ? undefined : refuse("node(s) didn't match Pod's node affinity/selector")

export const reachesVolumes: Filter = ({ volumes }, node) =>
  volumes.affinities.every((terms) => matchesTerms(node, terms))
    ? undefined
    : refuse('node(s) had volume node affinity conflict')

export function wantsNode(pod: Pod, node: Node): boolean {
  if (!matchesLabels(node.metadata.labels, pod.spec?.nodeSelector ?? {})) return false
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required === undefined || matchesTerms(node, required.nodeSelectorTerms)
}

/** The sum of the weights of the preferred terms that `node` matches. */
export function nodePreference(pod: Pod, node: Node): number {
  const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  return preferred.reduce((sum, { weight, preference }) => {
    return sum + (matchesTerms(node, [preference]) ? weight : 0)
  }, 0)
}

/** Terms are alternatives; an empty term matches nothing. */
export function matchesTerms(node: Node, terms: readonly NodeSelectorTerm[]): boolean {
  return terms.some(({ matchExpressions = [], matchFields = [] }) => {
    if (matchExpressions.length + matchFields.length === 0) return false
    return (
      matchExpressions.every((r) => matchesRequirement(node.metadata.labels?.[r.key], r)) &&
      // metadata.name is the only field there is.
      matchFields.every((r) =>
        matchesRequirement(r.key === 'metadata.name' ? node.metadata.name : undefined, r),
      )
    )
  })
}

function matchesRequirement(value: string | undefined, { operator, values = [] }: Requirement): boolean {
  switch (operator) {
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0])
    default:
      return meetsRequirement(value, operator, values)
  }
}
