import { type ApiObject, type JsonObject, numberAt, objectAt } from '../object.ts'
import { invalid } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { atMostAll, intOrPercent } from './int-or-percent.ts'
import { oneOf } from './one-of.ts'
import { validateSelector } from './selector.ts'

export function validateBudget(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const selector = objectAt(spec, 'selector')
  return [
    ...(spec.minAvailable !== undefined && spec.maxUnavailable !== undefined
      ? [invalid('spec', heldBudget(spec), 'minAvailable and maxUnavailable cannot be both set')]
      : []),
    ...['minAvailable', 'maxUnavailable'].flatMap((field) => [
      ...intOrPercent(spec[field], `spec.${field}`),
      ...atMostAll(spec[field], `spec.${field}`),
    ]),
    ...(selector === undefined ? [] : validateSelector(selector, 'spec.selector')),
    ...(spec.unhealthyPodEvictionPolicy === undefined
      ? []
      : oneOf(
          spec.unhealthyPodEvictionPolicy,
          ['AlwaysAllow', 'IfHealthyBudget'],
          'spec.unhealthyPodEvictionPolicy',
        )),
  ]
}

/** As the program of a real server holds it, which is how it is printed. */
function heldBudget(spec: JsonObject): JsonObject {
  const { minAvailable = null, selector = null, maxUnavailable = null } = spec
  const { unhealthyPodEvictionPolicy = null } = spec
  return {
    MinAvailable: minAvailable,
    Selector: selector,
    MaxUnavailable: maxUnavailable,
    UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy,
  }
}

export function validateLease(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  return [
    ...((numberAt(spec, 'leaseDurationSeconds') ?? 1) <= 0
      ? [invalid('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0')]
      : []),
    ...((numberAt(spec, 'leaseTransitions') ?? 0) < 0
      ? [invalid('spec.leaseTransitions', spec.leaseTransitions, 'must be greater than or equal to 0')]
      : []),
  ]
}
