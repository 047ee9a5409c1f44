import {
  type ApiObject,
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsAt,
  sameJson,
  stringAt,
} from '../object.ts'
import { forbidden, invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { validateLabels } from './metadata.ts'
import { validatePodSpec } from './pod-spec.ts'
import { selects, validateSelector } from './selector.ts'

/** Objections to the pods that a workload makes. `at`: the path of the template. */
export function validatePodTemplate(spec: JsonObject, at: string): Cause[] {
  const template = objectAt(spec, 'template')
  const podSpec = objectAt(template, 'spec')
  if (podSpec === undefined) return [required(`${at}.spec.containers`)]
  return [
    ...validateLabels(labelsOf(template), `${at}.labels`),
    ...validatePodSpec(podSpec, `${at}.spec`, claimsOf(spec)),
  ]
}

function claimsOf(spec: JsonObject): string[] {
  return objectsAt(spec, 'volumeClaimTemplates').map((claim) => stringAt(claim, 'metadata', 'name') ?? '')
}

function labelsOf(template: JsonObject | undefined): Record<string, string> {
  const labels = objectAt(template, 'metadata', 'labels') ?? {}
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]))
}

/** What all workloads but Jobs have: a selector that matches the template, and pods that run for ever. */
export function validateWorkload(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const policy = stringAt(spec, 'template', 'spec', 'restartPolicy') ?? 'Always'
  const causes = [
    ...validatePodTemplate(spec, 'spec.template'),
    ...(policy === 'Always' ? [] : [notSupported('spec.template.spec.restartPolicy', policy, ['Always'])]),
  ]
  const selector = objectAt(spec, 'selector')
  if (selector === undefined) causes.push(required('spec.selector'))
  else if (Object.keys(selector).length === 0) {
    causes.push(
      invalid('spec.selector', selector, `empty selector is invalid for ${object.kind.toLowerCase()}`),
    )
  } else {
    causes.push(...validateSelector(selector, 'spec.selector'))
    const labels = labelsOf(objectAt(spec, 'template'))
    if (!selects(selector, labels)) {
      causes.push(
        invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
      )
    }
  }
  for (const field of ['replicas', 'minReadySeconds', 'revisionHistoryLimit']) {
    const value = numberAt(spec, field) ?? 0
    if (value < 0) causes.push(invalid(`spec.${field}`, value, 'must be greater than or equal to 0'))
  }
  return causes
}

export function keepSelector(object: ApiObject, old: ApiObject): Cause[] {
  const selector = objectAt(object, 'spec', 'selector')
  if (sameJson(selector, objectAt(old, 'spec', 'selector'))) return []
  return [invalid('spec.selector', selector, 'field is immutable')]
}

export function validateStatefulSet(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const causes = validateWorkload(object)
  const policy = stringAt(spec, 'podManagementPolicy') ?? ''
  if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    causes.push(invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"))
  }
  const strategy = stringAt(spec, 'updateStrategy', 'type') ?? ''
  if (strategy !== 'RollingUpdate' && strategy !== 'OnDelete') {
    causes.push(
      invalid(
        'spec.updateStrategy',
        objectAt(spec, 'updateStrategy'),
        "must be 'RollingUpdate' or 'OnDelete'",
      ),
    )
  }
  const partition = numberAt(spec, 'updateStrategy', 'rollingUpdate', 'partition') ?? 0
  if (partition < 0) {
    causes.push(
      invalid('spec.updateStrategy.rollingUpdate.partition', partition, 'must be greater than or equal to 0'),
    )
  }
  for (const [index, claim] of objectsAt(spec, 'volumeClaimTemplates').entries()) {
    const at = `spec.volumeClaimTemplates[${index}]`
    if (!stringAt(claim, 'metadata', 'name')) causes.push(required(`${at}.metadata.name`))
  }
  return causes
}

const mayChange = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

export function validateStatefulSetUpdate(object: ApiObject, old: ApiObject): Cause[] {
  if (sameJson(without(object.spec, mayChange), without(old.spec, mayChange))) return []
  const names = mayChange.map((name) => `'${name}'`)
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return [forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)]
}

function without(value: unknown, keys: readonly string[]): JsonObject {
  if (!isObject(value)) return {}
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))
}
