import { type JsonObject, numberAt, objectAt, objectsAt, stringAt, stringsAt } from '../object.ts'
import { forbidden, invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { labelValue, qualifiedName } from './names.ts'
import { oneOf } from './one-of.ts'
import { validateSelector } from './selector.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const firm = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

/** What a pod asks of the node it runs on, and of the pods beside it. */
export function validateAffinity(spec: JsonObject, path: string): Cause[] {
  const affinity = objectAt(spec, 'affinity')
  if (affinity === undefined) return []
  return [
    ...validateNodeAffinity(objectAt(affinity, 'nodeAffinity'), `${path}.affinity.nodeAffinity`),
    ...['podAffinity', 'podAntiAffinity'].flatMap((kind) =>
      validatePodAffinity(objectAt(affinity, kind), `${path}.affinity.${kind}`),
    ),
  ]
}

function validateNodeAffinity(affinity: JsonObject | undefined, path: string): Cause[] {
  const terms = objectAt(affinity, firm)
  return [
    ...(terms === undefined ? [] : validateNodeSelector(terms, `${path}.${firm}`)),
    ...objectsAt(affinity, preferred).flatMap((term, index) => {
      const at = `${path}.${preferred}[${index}]`
      return [
        ...validateWeight(term, at),
        ...validateTerm(objectAt(term, 'preference') ?? {}, `${at}.preference`),
      ]
    }),
  ]
}

/** Of a pod, or of a volume. */
export function validateNodeSelector(selector: JsonObject, path: string): Cause[] {
  const terms = objectsAt(selector, 'nodeSelectorTerms')
  const list = `${path}.nodeSelectorTerms`
  if (terms.length === 0) return [required(list, 'must have at least one node selector term')]
  return terms.flatMap((term, index) => validateTerm(term, `${list}[${index}]`))
}

function validateTerm(term: JsonObject, path: string): Cause[] {
  return objectsAt(term, 'matchExpressions').flatMap((one, index) =>
    validateRequirement(one, `${path}.matchExpressions[${index}]`),
  )
}

function validateRequirement(requirement: JsonObject, at: string): Cause[] {
  const values = stringsAt(requirement, 'values')
  const key = stringAt(requirement, 'key') ?? ''
  return [
    ...validateOperator(requirement.operator, values.length, at),
    ...qualifiedName(key).map((why) => invalid(`${at}.key`, key, why)),
    ...values.flatMap((value, index) =>
      labelValue(value).map((why) => invalid(`${at}.values[${index}]`, value, why)),
    ),
  ]
}

function validateOperator(operator: unknown, count: number, at: string): Cause[] {
  const field = `${at}.values`
  switch (operator) {
    case 'In':
    case 'NotIn':
      return count > 0 ? [] : [required(field, "must be specified when `operator` is 'In' or 'NotIn'")]
    case 'Exists':
    case 'DoesNotExist':
      return count === 0
        ? []
        : [forbidden(field, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
    case 'Gt':
    case 'Lt':
      return count === 1
        ? []
        : [required(field, "must be specified single value when `operator` is 'Lt' or 'Gt'")]
    default:
      return [invalid(`${at}.operator`, operator ?? '', 'not a valid selector operator')]
  }
}

function validateWeight(term: JsonObject, at: string): Cause[] {
  const weight = numberAt(term, 'weight') ?? 0
  return weight < 1 || weight > 100 ? [invalid(`${at}.weight`, weight, 'must be in the range 1-100')] : []
}

function validatePodAffinity(affinity: JsonObject | undefined, path: string): Cause[] {
  return [
    ...objectsAt(affinity, firm).flatMap((term, index) => validatePodTerm(term, `${path}.${firm}[${index}]`)),
    ...objectsAt(affinity, preferred).flatMap((term, index) => {
      const at = `${path}.${preferred}[${index}]`
      const inner = objectAt(term, 'podAffinityTerm') ?? {}
      return [...validateWeight(term, at), ...validatePodTerm(inner, `${at}.podAffinityTerm`)]
    }),
  ]
}

function validatePodTerm(term: JsonObject, at: string): Cause[] {
  const key = stringAt(term, 'topologyKey') ?? ''
  return [
    ...['labelSelector', 'namespaceSelector'].flatMap((field) =>
      validateSelector(objectAt(term, field) ?? {}, `${at}.${field}`),
    ),
    ...(key === '' ? [required(`${at}.topologyKey`, 'can not be empty')] : []),
    ...qualifiedName(key).map((why) => invalid(`${at}.topologyKey`, key, why)),
  ]
}

export function validateSpread(spec: JsonObject, path: string): Cause[] {
  return objectsAt(spec, 'topologySpreadConstraints').flatMap((constraint, index) => {
    const at = `${path}.topologySpreadConstraints[${index}]`
    const skew = numberAt(constraint, 'maxSkew') ?? 0
    return [
      ...(skew > 0 ? [] : [invalid(`${at}.maxSkew`, skew, 'must be greater than zero')]),
      ...(stringAt(constraint, 'topologyKey') ? [] : [required(`${at}.topologyKey`, 'can not be empty')]),
      ...oneOf(constraint.whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], `${at}.whenUnsatisfiable`),
      ...validateSelector(objectAt(constraint, 'labelSelector') ?? {}, `${at}.labelSelector`),
    ]
  })
}

export function validateTolerations(spec: JsonObject, path: string): Cause[] {
  return objectsAt(spec, 'tolerations').flatMap((toleration, index) => {
    const at = `${path}.tolerations[${index}]`
    const key = stringAt(toleration, 'key') ?? ''
    const { operator = '', effect = '' } = toleration
    const everything =
      'operator must be Exists when `key` is empty, which means "match all values and all keys"'
    return [
      ...(key === '' ? [] : qualifiedName(key).map((why) => invalid(`${at}.key`, key, why))),
      ...(key === '' && operator !== 'Exists' ? [invalid(`${at}.operator`, operator, everything)] : []),
      ...(toleration.tolerationSeconds !== undefined && effect !== 'NoExecute'
        ? [invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")]
        : []),
      ...validateTolerationValue(operator, stringAt(toleration, 'value') ?? '', `${at}.operator`),
      ...(effect === '' ? [] : validateEffect(effect, `${at}.effect`)),
    ]
  })
}

function validateTolerationValue(operator: unknown, value: string, field: string): Cause[] {
  if (operator === 'Exists')
    return value === '' ? [] : [invalid(field, value, "value must be empty when `operator` is 'Exists'")]
  if (operator !== '' && operator !== 'Equal') return [notSupported(field, operator, ['Equal', 'Exists'])]
  const wrong = labelValue(value)
  return wrong.length === 0 ? [] : [invalid(field, value, wrong.join(';'))]
}

/** What a taint does to pods that do not tolerate it. */
export function validateEffect(effect: unknown, field: string): Cause[] {
  return oneOf(effect, effects, field)
}
