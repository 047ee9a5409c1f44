import { notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'

/** A field that must have one of a few values. */
export function oneOf(value: unknown, supported: readonly string[], field: string): Cause[] {
  if (value === undefined || value === '') return [required(field)]
  return supported.includes(String(value)) ? [] : [notSupported(field, value, supported)]
}
