import { invalid } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'

/** An amount or a percentage that is not negative. */
export function intOrPercent(value: unknown, field: string): Cause[] {
  if (typeof value === 'number' && value < 0)
    return [invalid(field, value, 'must be greater than or equal to 0')]
  if (typeof value !== 'string' || /^[0-9]+%$/.test(value)) return []
  const rule =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
  return [invalid(field, value, rule)]
}

export function atMostAll(value: unknown, field: string): Cause[] {
  return percentOf(value) > 100 ? [invalid(field, value, 'must not be greater than 100%')] : []
}

function percentOf(value: unknown): number {
  return typeof value === 'string' ? Number(/^([0-9]+)%$/.exec(value)?.[1] ?? 0) : 0
}

/** Whether it is 0 or 0%. */
export function isNothing(value: unknown): boolean {
  return typeof value === 'number' ? value === 0 : percentOf(value) === 0
}
