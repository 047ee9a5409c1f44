import { isObject, type JsonObject, objectAt, objectsAt, sameJson, stringsAt } from '../object.ts'
import type { Cause } from '../status.ts'
import {
  child,
  index,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from './field-error.ts'
import { hasFormat } from './formats.ts'
import { regularExpression } from './regular-expression.ts'
import { anything, correlated, fieldSchema, itemSchema, type TypeSchema } from './type-schema.ts'

/**
 * Checks a value against a schema of OpenAPI v3 as CustomResourceDefinitions hold it, rules in CEL aside; a cause for
 * each fault, worded as the real server does (github.com/go-openapi/errors). What equals `old` at the same place is
 * excused: an object that was accepted under a laxer schema can still be updated.
 */
export function validateValue(
  value: unknown,
  schema: JsonObject,
  path: string,
  old?: unknown,
  type: TypeSchema = anything,
): Cause[] {
  if (old !== undefined && sameJson(value, old)) return []
  if (value === null && schema.nullable === true) return []
  const fault = typeFault(value, schema, path)
  if (fault !== undefined) return [fault]
  return [
    ...enumFaults(value, schema, path),
    ...(typeof value === 'string' ? stringFaults(value, schema, path) : []),
    ...(typeof value === 'number' ? numberFaults(value, schema, path) : []),
    ...(Array.isArray(value) ? listFaults(value, schema, path, old, type) : []),
    ...(isObject(value) ? objectFaults(value, schema, path, old, type) : []),
    ...combinationFaults(value, schema, path),
  ]
}

/** `spec.size in body`, the subject of most messages. */
function subject(path: string): string {
  return `${path} in body`
}

/** The JSON type of a value, as messages name it. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function typeFault(value: unknown, schema: JsonObject, path: string): Cause | undefined {
  const actual = typeName(value)
  const expected = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : [schema.type]
  if (typeof expected[0] !== 'string') return undefined
  if (expected.includes(actual) || (expected[0] === 'number' && actual === 'integer')) return undefined
  return typeInvalid(
    path,
    actual,
    `${subject(path)} must be of type ${expected.join(',')}: ${JSON.stringify(actual)}`,
  )
}

function enumFaults(value: unknown, schema: JsonObject, path: string): Cause[] {
  const allowed = schema.enum
  if (!Array.isArray(allowed) || allowed.some((one) => sameJson(one, value))) return []
  return [notSupported(path, value, allowed)]
}

function stringFaults(value: string, schema: JsonObject, path: string): Cause[] {
  const { minLength, maxLength, pattern, format } = schema
  const faults: Cause[] = []
  // Characters, not UTF-16 units.
  const length = [...value].length
  if (typeof maxLength === 'number' && length > maxLength) faults.push(tooLong(path, maxLength))
  if (typeof minLength === 'number' && length < minLength) {
    faults.push(invalid(path, value, `${subject(path)} should be at least ${minLength} chars long`))
  }
  if (typeof pattern === 'string' && !regularExpression(pattern).test(value)) {
    faults.push(invalid(path, value, `${subject(path)} should match '${pattern}'`))
  }
  if (typeof format === 'string' && !hasFormat(value, format)) {
    faults.push(
      typeInvalid(path, value, `${subject(path)} must be of type ${format}: ${JSON.stringify(value)}`),
    )
  }
  return faults
}

function numberFaults(value: number, schema: JsonObject, path: string): Cause[] {
  const { minimum, maximum, multipleOf } = schema
  const faults: Cause[] = []
  const wrong = (detail: string): number => faults.push(invalid(path, value, `${subject(path)} ${detail}`))
  if (typeof maximum === 'number') {
    if (schema.exclusiveMaximum === true && value >= maximum) wrong(`should be less than ${maximum}`)
    else if (value > maximum) wrong(`should be less than or equal to ${maximum}`)
  }
  if (typeof minimum === 'number') {
    if (schema.exclusiveMinimum === true && value <= minimum) wrong(`should be greater than ${minimum}`)
    else if (value < minimum) wrong(`should be greater than or equal to ${minimum}`)
  }
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf)) {
    wrong(`should be a multiple of ${multipleOf}`)
  }
  return faults
}

function listFaults(
  value: unknown[],
  schema: JsonObject,
  path: string,
  old: unknown,
  type: TypeSchema,
): Cause[] {
  const { minItems, maxItems } = schema
  const faults: Cause[] = []
  if (typeof minItems === 'number' && value.length < minItems) {
    faults.push(invalid(path, value.length, `${subject(path)} should have at least ${minItems} items`))
  }
  if (typeof maxItems === 'number' && value.length > maxItems)
    faults.push(tooMany(path, value.length, maxItems))
  if (
    schema.uniqueItems === true &&
    value.some((item, at) => value.slice(0, at).some((other) => sameJson(item, other)))
  ) {
    faults.push(invalid(path, value, `${subject(path)} shouldn't contain duplicates`))
  }
  const items = objectAt(schema, 'items')
  if (items !== undefined) {
    for (const [at, item] of value.entries()) {
      faults.push(
        ...validateValue(item, items, index(path, at), correlated(item, old, type), itemSchema(type)),
      )
    }
  }
  return faults
}

function objectFaults(
  value: JsonObject,
  schema: JsonObject,
  path: string,
  old: unknown,
  type: TypeSchema,
): Cause[] {
  const faults: Cause[] = []
  const size = Object.keys(value).length
  const { minProperties, maxProperties } = schema
  if (typeof minProperties === 'number' && size < minProperties) {
    faults.push(invalid(path, size, `${subject(path)} should have at least ${minProperties} properties`))
  }
  if (typeof maxProperties === 'number' && size > maxProperties)
    faults.push(tooMany(path, size, maxProperties))
  const properties = objectAt(schema, 'properties') ?? {}
  const additional = objectAt(schema, 'additionalProperties')
  for (const [name, field] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name)
    const fieldType = own ? properties[name] : additional
    if (isObject(fieldType) && field !== undefined) {
      const below = fieldSchema(type, name) ?? anything
      const place = child(path, name)
      faults.push(...validateValue(field, fieldType, place, isObject(old) ? old[name] : undefined, below))
    } else if (schema.additionalProperties === false && !Object.hasOwn(properties, name)) {
      faults.push(invalid(child(path, name), '', `${subject(child(path, name))} is a forbidden property`))
    }
  }
  for (const name of stringsAt(schema, 'required')) {
    if (value[name] === undefined) faults.push(required(child(path, name)))
  }
  return faults
}

/** How a real server calls the place of what several schemas say together. */
const nowhere = '<nil>'

function combinationFaults(value: unknown, schema: JsonObject, path: string): Cause[] {
  const failing = (branch: JsonObject): Cause[] => validateValue(value, branch, path)
  const named = JSON.stringify(path)
  const faults: Cause[] = objectsAt(schema, 'allOf').flatMap(failing)
  if (faults.length > 0) faults.push(invalid(nowhere, '', `${named} must validate all the schemas (allOf)`))
  const anyOf = objectsAt(schema, 'anyOf').map(failing)
  // For int-or-string the type is checked already; the customary anyOf of the two types says it again.
  if (anyOf.length > 0 && anyOf.every((branch) => branch.length > 0)) {
    faults.push(invalid(nowhere, '', `${named} must validate at least one schema (anyOf)`), ...closest(anyOf))
  }
  const oneOf = objectsAt(schema, 'oneOf').map(failing)
  const valid = oneOf.filter((branch) => branch.length === 0).length
  if (oneOf.length > 0 && valid !== 1) {
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`
    faults.push(invalid(nowhere, '', `${named} must validate one and only one schema (oneOf). ${found}`))
    if (valid === 0) faults.push(...closest(oneOf))
  }
  const not = objectAt(schema, 'not')
  if (not !== undefined && failing(not).length === 0) {
    faults.push(invalid(nowhere, '', `${named} must not validate the schema (not)`))
  }
  return faults
}

/** The faults of the branch that came closest: the first of those with the fewest. */
function closest(branches: readonly Cause[][]): Cause[] {
  return branches.reduce((best, branch) => (branch.length < best.length ? branch : best), branches[0] ?? [])
}
