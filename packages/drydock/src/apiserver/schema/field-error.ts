import type { Cause } from '../status.ts'

/** Causes worded as those of k8s.io/apimachinery `util/validation/field`. A path is printed: `spec.items[0].name`. */

export function required(field: string, detail = ''): Cause {
  return { reason: 'FieldValueRequired', message: withDetail('Required value', detail), field }
}

export function invalid(field: string, value: unknown, detail: string): Cause {
  return { reason: 'FieldValueInvalid', message: withDetail(`Invalid value: ${print(value)}`, detail), field }
}

export function typeInvalid(field: string, value: unknown, detail: string): Cause {
  return {
    reason: 'FieldValueTypeInvalid',
    message: withDetail(`Invalid value: ${print(value)}`, detail),
    field,
  }
}

export function notSupported(field: string, value: unknown, supported: readonly unknown[]): Cause {
  const values = supported.map((one) => JSON.stringify(typeof one === 'string' ? one : JSON.stringify(one)))
  const detail = values.length === 0 ? '' : `supported values: ${values.join(', ')}`
  return {
    reason: 'FieldValueNotSupported',
    message: withDetail(`Unsupported value: ${print(value)}`, detail),
    field,
  }
}

export function forbidden(field: string, detail: string): Cause {
  return { reason: 'FieldValueForbidden', message: withDetail('Forbidden', detail), field }
}

export function duplicate(field: string, value: unknown): Cause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${print(value)}`, field }
}

export function tooLong(field: string, bytes: number): Cause {
  const unit = bytes === 1 ? 'byte' : 'bytes'
  return { reason: 'FieldValueTooLong', message: `Too long: may not be more than ${bytes} ${unit}`, field }
}

export function tooMany(field: string, actual: number, most: number): Cause {
  const unit = most === 1 ? 'item' : 'items'
  return {
    reason: 'FieldValueTooMany',
    message: `Too many: ${actual}: must have at most ${most} ${unit}`,
    field,
  }
}

function withDetail(body: string, detail: string): string {
  return detail === '' ? body : `${body}: ${detail}`
}

function print(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  // Go writes these three so inside of objects.
  return typeof value !== 'object'
    ? text
    : text.replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`)
}

/** A field below a path; at the root its name alone. */
export function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** A key of a map below a path: `spec.config[save]`. */
export function key(path: string, name: string): string {
  return `${path}[${name}]`
}

export function index(path: string, at: number): string {
  return `${path}[${at}]`
}
