/** Label selectors, as apimachinery's labels package reads them. Pure. */
import { meetsRequirement } from '../label-requirement.ts'
import type { LabelSelector } from './wire.ts'

export type Labels = Readonly<Record<string, string>> | undefined

/** Equality alone: a Service's selector, a pod's nodeSelector. */
export function matchesLabels(labels: Labels, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value)
}

/** An absent selector matches nothing, an empty one everything; an unknown operator matches nothing. */
export function matchesSelector(labels: Labels, selector: LabelSelector | undefined): boolean {
  if (selector === undefined) return false
  if (!matchesLabels(labels, selector.matchLabels ?? {})) return false
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) =>
    meetsRequirement(labels?.[key], operator, values),
  )
}
