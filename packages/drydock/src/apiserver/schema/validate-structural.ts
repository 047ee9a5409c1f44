import { isObject, type JsonObject, objectAt, objectsAt, stringsAt } from '../object.ts'
import type { Cause } from '../status.ts'
import { customType } from './custom-type.ts'
import { child, forbidden, index, invalid, key, notSupported, required } from './field-error.ts'
import { prune } from './prune.ts'
import { regularExpression } from './regular-expression.ts'
import { validateValue } from './validate-value.ts'

/** Words that make up the type of a value: they may not stand inside allOf, anyOf, oneOf and not. */
const structure = [
  'type',
  'default',
  'title',
  'description',
  'nullable',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
]

type Level = 'root' | 'field' | 'item'

/** The faults of a schema as a structural one: what the server needs to prune, default and merge by it. */
export function structuralFaults(schema: JsonObject, path: string, level: Level = 'root'): Cause[] {
  const at = (name: string): string => child(path, name)
  if (schema.$ref !== undefined) return [forbidden(at('$ref'), '$ref is not supported')]
  const faults: Cause[] = [...typeFaults(schema, path, level), ...listFaults(schema, path)]
  const intOrString = schema['x-kubernetes-int-or-string'] === true
  const { additionalProperties, default: fallback, pattern } = schema
  const properties = objectAt(schema, 'properties')
  if (isObject(schema.additionalProperties) || schema.additionalProperties === true) {
    if (level === 'root') faults.push(forbidden(at('additionalProperties'), 'must not be used at the root'))
    if (properties !== undefined) {
      faults.push(
        forbidden(at('additionalProperties'), 'additionalProperties and properties are mutual exclusive'),
      )
    }
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    faults.push(invalid(at('x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'))
  }
  if (schema.uniqueItems === true) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'
    faults.push(forbidden(at('uniqueItems'), detail))
  }
  if (level === 'root' && schema.nullable === true)
    faults.push(forbidden(at('nullable'), 'nullable cannot be true at the root'))
  if (typeof pattern === 'string') faults.push(...patternFaults(pattern, at('pattern')))
  if (fallback !== undefined) faults.push(...defaultFaults(schema, at('default')))
  for (const combination of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [position, branch] of objectsAt(schema, combination).entries()) {
      faults.push(...branchFaults(branch, index(at(combination), position), intOrString))
    }
  }
  const not = objectAt(schema, 'not')
  if (not !== undefined) faults.push(...branchFaults(not, at('not'), false))
  for (const [name, property] of Object.entries(properties ?? {})) {
    if (!isObject(property)) continue
    const place = key(at('properties'), name)
    if (level === 'root' && name === 'metadata') faults.push(...metadataFaults(property, place))
    else faults.push(...structuralFaults(property, place, 'field'))
  }
  const items = objectAt(schema, 'items')
  if (items !== undefined) faults.push(...structuralFaults(items, at('items'), 'item'))
  if (isObject(additionalProperties)) {
    faults.push(...structuralFaults(additionalProperties, at('additionalProperties'), 'field'))
  }
  return faults
}

const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
}

function typeFaults(schema: JsonObject, path: string, level: Level): Cause[] {
  const { type } = schema
  const place = child(path, 'type')
  const faults: Cause[] = []
  const untyped =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  if (schema['x-kubernetes-embedded-resource'] === true) {
    const detail = 'must be object if x-kubernetes-embedded-resource is true'
    if (schema.properties === undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true) {
      const rule =
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'
      faults.push(required(child(path, 'properties'), rule))
    }
    if (type === undefined) faults.push(required(place, detail))
    else if (type !== 'object') faults.push(invalid(place, type, detail))
  } else if (type === undefined && !untyped) faults.push(required(place, missingType[level]))
  if (level === 'root' && type !== undefined && type !== 'object') {
    faults.push(invalid(place, type, 'must be object at the root'))
  }
  if (
    type !== undefined &&
    !['array', 'boolean', 'integer', 'number', 'object', 'string'].includes(String(type))
  ) {
    faults.push(notSupported(place, type, ['array', 'boolean', 'integer', 'number', 'object', 'string']))
  }
  if (type === 'array' && schema.items === undefined) {
    faults.push(required(child(path, 'items'), 'must be specified'))
  }
  if (Array.isArray(schema.items)) {
    faults.push(forbidden(child(path, 'items'), 'items must be a schema object and not an array'))
  }
  return faults
}

const listTypes = ['atomic', 'set', 'map']

function listFaults(schema: JsonObject, path: string): Cause[] {
  const listType = schema['x-kubernetes-list-type']
  const keys = stringsAt(schema, 'x-kubernetes-list-map-keys')
  const keysAt = child(path, 'x-kubernetes-list-map-keys')
  const faults: Cause[] = []
  if (listType !== undefined && !listTypes.includes(String(listType)))
    return [notSupported(child(path, 'x-kubernetes-list-type'), listType, listTypes)]
  const items = objectAt(schema, 'items')
  if (listType === 'set' && items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set'
    const place = child(child(path, 'items'), 'x-kubernetes-map-type')
    faults.push(invalid(place, items['x-kubernetes-map-type'] ?? null, detail))
  }
  if (listType !== undefined && schema.type !== 'array') {
    faults.push(
      invalid(child(path, 'type'), schema.type ?? '', 'must be array if x-kubernetes-list-type is specified'),
    )
  }
  if (schema['x-kubernetes-map-type'] !== undefined && schema.type !== 'object') {
    faults.push(
      invalid(child(path, 'type'), schema.type ?? '', 'must be object if x-kubernetes-map-type is specified'),
    )
  }
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty'
    faults.push(required(child(path, 'x-kubernetes-list-type'), detail))
  }
  if (listType !== 'map') return faults
  if (keys.length === 0) faults.push(required(keysAt, 'must not be empty if x-kubernetes-list-type is map'))
  const properties = objectAt(schema, 'items', 'properties') ?? {}
  const mandatory = stringsAt(schema, 'items', 'required')
  for (const name of keys) {
    const property = objectAt(properties, name)
    if (property === undefined) {
      faults.push(invalid(keysAt, keys, 'entries must all be names of item properties'))
    } else if (property.default === undefined && !mandatory.includes(name)) {
      const place = child(key(child(child(path, 'items'), 'properties'), name), 'default')
      const detail =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
      faults.push(required(place, detail))
    }
  }
  return faults
}

function metadataFaults(schema: JsonObject, path: string): Cause[] {
  const faults: Cause[] = []
  if (schema.type !== 'object') faults.push(invalid(child(path, 'type'), schema.type ?? '', 'must be object'))
  const names = Object.keys(objectAt(schema, 'properties') ?? {})
  if (names.some((name) => name !== 'name' && name !== 'generateName')) {
    const detail =
      'must not specify anything other than name and generateName, but metadata is implicitly specified'
    faults.push(forbidden(path, detail))
  }
  return faults
}

/** `anyOf: [{type: integer}, {type: string}]` is how an int-or-string is spelled, and allowed there. */
function branchFaults(branch: JsonObject, path: string, intOrString: boolean): Cause[] {
  const faults = structure.flatMap((name) => {
    if (branch[name] === undefined || (name === 'type' && intOrString)) return []
    const detail = name === 'default' || name === 'x-kubernetes-list-type' ? 'undefined' : 'empty'
    return [forbidden(child(path, name), `must be ${detail} to be structural`)]
  })
  for (const combination of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [position, inner] of objectsAt(branch, combination).entries()) {
      faults.push(...branchFaults(inner, index(child(path, combination), position), intOrString))
    }
  }
  for (const [name, property] of Object.entries(objectAt(branch, 'properties') ?? {})) {
    if (isObject(property))
      faults.push(...branchFaults(property, key(child(path, 'properties'), name), false))
  }
  return faults
}

function patternFaults(pattern: string, path: string): Cause[] {
  try {
    regularExpression(pattern)
    return []
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [invalid(path, pattern, `must be a valid regular expression, but isn't: ${why}`)]
  }
}

/** A default must be a value of its own type: valid, and with nothing that would be pruned. */
function defaultFaults(schema: JsonObject, path: string): Cause[] {
  const { default: fallback, ...type } = schema
  const holder = customType({ type: 'object', properties: { value: type } })
  const pruned = prune({ value: fallback }, holder)
  const lost = isObject(pruned) && JSON.stringify(pruned.value) !== JSON.stringify(fallback)
  if (lost) return [invalid(path, fallback, 'must not have unknown fields')]
  // Messages name no path, as a default has none of its own.
  return validateValue(fallback, type, '').map((fault) => ({
    ...fault,
    field: `${path}${fault.field && `.${fault.field}`}`,
  }))
}
