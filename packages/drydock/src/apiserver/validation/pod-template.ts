import { type JsonObject, objectAt, objectsAt, stringAt } from '../object.ts'
import { forbidden, invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { validateLabels } from './metadata.ts'
import { validatePodSpec } from './pod-spec.ts'
import { isReadable, selects, validateSelector } from './selector.ts'

/** Objections to the pods that a workload makes. `at`: the path of the template. */
export function validatePodTemplate(spec: JsonObject, at: string): Cause[] {
  const template = objectAt(spec, 'template') ?? {}
  return [
    ...validateLabels(labelsOf(template), `${at}.labels`),
    ...validatePodSpec(objectAt(template, 'spec') ?? {}, `${at}.spec`, claimsOf(spec)),
  ]
}

function claimsOf(spec: JsonObject): string[] {
  return objectsAt(spec, 'volumeClaimTemplates').map((claim) => stringAt(claim, 'metadata', 'name') ?? '')
}

function labelsOf(template: JsonObject): Record<string, string> {
  const labels = objectAt(template, 'metadata', 'labels') ?? {}
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]))
}

/** The selector of a workload: said, well-formed and not for everything. `name`: how messages call the kind. */
export function validateOwnSelector(spec: JsonObject, name: string): Cause[] {
  const selector = objectAt(spec, 'selector')
  if (selector === undefined) return [required('spec.selector')]
  const empty = Object.keys(selector).length === 0
  return [
    ...validateSelector(selector, 'spec.selector'),
    ...(empty ? [invalid('spec.selector', selector, `empty selector is invalid for ${name}`)] : []),
  ]
}

/** That the selector finds the pods of the template; one that is not said finds nothing. */
export function validateMatch(spec: JsonObject): Cause[] {
  const selector = objectAt(spec, 'selector')
  const labels = labelsOf(objectAt(spec, 'template') ?? {})
  if (selector !== undefined && (!isReadable(selector) || selects(selector, labels))) return []
  const shown = objectAt(spec, 'template', 'metadata', 'labels') ?? null
  const why = '`selector` does not match template `labels`'
  return [invalid('spec.template.metadata.labels', shown, why)]
}

/** That the pods run for ever. `name`: how messages call the kind. */
export function validateEndless(spec: JsonObject, name: string): Cause[] {
  const policy = stringAt(spec, 'template', 'spec', 'restartPolicy') ?? 'Always'
  const at = 'spec.template.spec'
  const why = `activeDeadlineSeconds in ${name} is not Supported`
  return [
    ...(policy === 'Always' ? [] : [notSupported(`${at}.restartPolicy`, policy, ['Always'])]),
    ...(objectAt(spec, 'template', 'spec')?.activeDeadlineSeconds === undefined
      ? []
      : [forbidden(`${at}.activeDeadlineSeconds`, why)]),
  ]
}
