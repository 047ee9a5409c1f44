import { type ApiObject, numberAt, objectAt, sameJson } from '../object.ts'
import { invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { validateSelector } from './selector.ts'

export function validateBudget(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const selector = objectAt(spec, 'selector')
  return [
    ...(spec.minAvailable !== undefined && spec.maxUnavailable !== undefined
      ? [invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set')]
      : []),
    ...['minAvailable', 'maxUnavailable'].flatMap((field) => intOrPercent(spec[field], `spec.${field}`)),
    ...(selector === undefined ? [] : validateSelector(selector, 'spec.selector')),
  ]
}

function intOrPercent(value: unknown, field: string): Cause[] {
  if (typeof value === 'number' && value < 0)
    return [invalid(field, value, 'must be greater than or equal to 0')]
  if (typeof value !== 'string') return []
  if (!/^[0-9]+%$/.test(value)) {
    return [
      invalid(
        field,
        value,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ),
    ]
  }
  return Number(value.slice(0, -1)) > 100 ? [invalid(field, value, 'must not be greater than 100%')] : []
}

export function validateRoleBindingUpdate(object: ApiObject, old: ApiObject): Cause[] {
  if (sameJson(object.roleRef, old.roleRef)) return []
  return [invalid('roleRef', object.roleRef, 'cannot change roleRef')]
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

export function validateEndpointSlice(object: ApiObject): Cause[] {
  const supported = ['FQDN', 'IPv4', 'IPv6']
  if (!object.addressType) return [required('addressType')]
  return supported.includes(String(object.addressType))
    ? []
    : [notSupported('addressType', object.addressType, supported)]
}
