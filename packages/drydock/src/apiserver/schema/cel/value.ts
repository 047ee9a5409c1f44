import { goDuration } from '../../../go-duration.ts'
import { isObject, type JsonObject, objectAt } from '../../object.ts'
import { Duration } from './duration-type.ts'

/**
 * A JSON value as rules in CEL see it: integers as BigInt where the schema says integer, dates as Date, a null of a type
 * that takes none as missing, properties under their escaped names. Fields without a schema are not seen.
 */
export function celValue(value: unknown, schema: JsonObject): unknown {
  if (value === null) return null
  if (schema['x-kubernetes-int-or-string'] === true)
    return typeof value === 'number' ? BigInt(Math.trunc(value)) : value
  if (typeof value === 'number')
    return schema.type === 'integer' && Number.isInteger(value) ? BigInt(value) : value
  if (typeof value === 'string') return celString(value, schema.format)
  if (Array.isArray(value)) {
    const items = objectAt(schema, 'items')
    return value.map((item) => (items === undefined ? untyped(item) : celValue(item, items)))
  }
  return isObject(value) ? celObject(value, schema) : value
}

function celString(value: string, format: unknown): unknown {
  if (format === 'date-time' || format === 'date') {
    const time = new Date(value)
    return Number.isNaN(time.getTime()) ? value : time
  }
  if (format === 'duration') {
    const milliseconds = goDuration(value)
    return milliseconds === undefined ? value : Duration.fromMilliseconds(milliseconds)
  }
  return format === 'byte' ? Uint8Array.from(Buffer.from(value, 'base64')) : value
}

function celObject(value: JsonObject, schema: JsonObject): JsonObject {
  const properties = objectAt(schema, 'properties')
  const additional = schema.additionalProperties
  if (properties === undefined && !isObject(additional)) return untypedObject(value)
  const result: JsonObject = {}
  for (const [name, field] of Object.entries(value)) {
    const type = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : additional
    if (!isObject(type) || field === undefined || (field === null && type.nullable !== true)) continue
    result[properties === undefined ? name : escapeName(name)] = celValue(field, type)
  }
  return result
}

/** A value that no schema describes: whole numbers count as integers. */
function untyped(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(untyped)
  return isObject(value) ? untypedObject(value) : value
}

function untypedObject(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, untyped(field)]))
}

const keywords = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

/** The name under which a rule reaches a property: `max-age` is `max__dash__age`. */
export function escapeName(name: string): string {
  if (keywords.has(name)) return `__${name}__`
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
}
