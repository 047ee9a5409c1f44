import { crdSchemaOf } from '../custom/custom-schema.ts'
import type { KindInfo } from '../kinds.ts'
import { type ApiObject, isApiObject, isObject, type JsonObject } from '../object.ts'
import { canonicalQuantity, quantityRule } from '../quantity.ts'
import { schemaFor } from '../schema/built-in.ts'
import { fieldSchema, type TypeSchema } from '../schema/type-schema.ts'
import { type ApiError, badRequest } from '../status.ts'
import { storedTime } from './go-time.ts'
import type { ResourceRequest } from './resource-request.ts'

/**
 * A built-in object as the types of the real server would hold it: fields they do not have are left out (and reported
 * as `fieldValidation` asks), null counts as absent, quantities get their canonical form.
 * Throws BadRequest for a value of the wrong type, and in strict mode for an unknown field.
 */
export function decode(
  object: ApiObject,
  kind: KindInfo,
  request: Pick<ResourceRequest, 'query' | 'warn'>,
  repeated: readonly string[] = [],
): ApiObject {
  const decoded = kind.crd === undefined ? decodeBuiltIn(object, kind) : decodeCustom(object, kind)
  if (decoded === undefined) return object
  const unknown = [
    ...repeated.map((field) => `duplicate field ${JSON.stringify(field)}`),
    ...decoded.unknown.map((field) => `unknown field ${JSON.stringify(field)}`),
  ]
  const mode = request.query.get('fieldValidation')
  if (mode === 'Strict' && unknown.length > 0)
    throw refusal(kind, `strict decoding error: ${unknown.join(', ')}`)
  if (mode !== 'Ignore') for (const text of unknown) request.warn(text)
  return isApiObject(decoded.object) ? decoded.object : object
}

interface Decoded {
  object: JsonObject
  unknown: readonly string[]
}

function decodeBuiltIn(object: ApiObject, kind: KindInfo): Decoded | undefined {
  const schema = schemaFor(kind)
  if (schema === undefined) return undefined
  const decoder = new Decoder(kind)
  return { object: decoder.object(object, schema, '', kind.kind), unknown: decoder.unknown }
}

function decodeCustom(object: ApiObject, kind: KindInfo): Decoded | undefined {
  const schema = crdSchemaOf(kind)
  if (schema === undefined) return undefined
  return { object: schema.applyDefaults(schema.prune(object)), unknown: schema.unknownFields(object) }
}

function refusal({ kind, version }: KindInfo, why: string): ApiError {
  return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`)
}

class Decoder {
  readonly #kind: KindInfo
  readonly unknown: string[] = []

  constructor(kind: KindInfo) {
    this.#kind = kind
  }

  /** `struct`: the Go type that the value is in. */
  object(value: JsonObject, schema: TypeSchema, path: string, struct: string): JsonObject {
    const result: JsonObject = {}
    const own = schema.properties === undefined ? struct : typeName(schema)
    for (const [key, sent] of Object.entries(value)) {
      // In a map of texts null is the empty one.
      const child = sent === null && schema.additionalProperties?.type === 'string' ? '' : sent
      if (child === null || child === undefined || isOmitted(schema, key, child)) continue
      const field = path === '' ? key : `${path}.${key}`
      const childSchema = fieldSchema(schema, key)
      if (childSchema === undefined) this.unknown.push(field)
      // Go tells of a map, not of the key in it.
      else result[key] = this.value(child, childSchema, schema.properties === undefined ? path : field, own)
    }
    return result
  }

  value(value: unknown, schema: TypeSchema, path: string, struct: string): unknown {
    if (schema.intOrString === true) return this.#intOrString(value, schema, path, struct)
    switch (schema.type) {
      case 'object':
        if (!isObject(value)) throw this.#mismatch(value, path, struct, goType(schema))
        return this.object(value, schema, path, struct)
      case 'array':
        return this.#list(value, schema, path, struct)
      case undefined:
        return isObject(value) && schema.properties !== undefined
          ? this.object(value, schema, path, struct)
          : value
      default:
        return this.#scalar(value, schema, path, struct)
    }
  }

  #list(value: unknown, schema: TypeSchema, path: string, struct: string): unknown[] {
    if (!Array.isArray(value)) throw this.#mismatch(value, path, struct, goType(schema))
    const items = schema.items
    return items === undefined
      ? value
      : value.map((item, index) => this.value(item ?? {}, items, `${path}[${index}]`, struct))
  }

  #scalar(value: unknown, schema: TypeSchema, path: string, struct: string): unknown {
    const { type, format } = schema
    const fits =
      type === 'integer' ? isWhole(value, format) : typeof value === (type === 'number' ? 'number' : type)
    if (!fits) throw this.#mismatch(value, path, struct, goType(schema))
    if (typeof value !== 'string') return value
    if (format === 'byte') this.#checkBase64(value)
    return format === 'date-time' ? this.#time(value, schema) : value
  }

  #time(text: string, schema: TypeSchema): string {
    try {
      return storedTime(text, schema.goType === 'v1.MicroTime')
    } catch (error) {
      throw refusal(this.#kind, error instanceof Error ? error.message : String(error))
    }
  }

  #intOrString(value: unknown, schema: TypeSchema, path: string, struct: string): unknown {
    if (typeof value !== 'string' && typeof value !== 'number')
      throw this.#mismatch(value, path, struct, 'intstr.IntOrString')
    if (schema.format !== 'quantity') return value
    const canonical = canonicalQuantity(value)
    if (canonical === undefined) throw refusal(this.#kind, quantityRule)
    return canonical
  }

  /** Go's decoder names the first byte that does not belong, or where the four begin that are not four. */
  #checkBase64(text: string): void {
    const stripped = text.replace(/[\r\n]/g, '')
    if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(stripped)) return
    const bad = stripped.search(/[^A-Za-z0-9+/]/)
    const at = bad === -1 ? stripped.length - (stripped.length % 4) : bad
    throw refusal(this.#kind, `illegal base64 data at input byte ${at}`)
  }

  #mismatch(value: unknown, path: string, struct: string, type: string): Error {
    const field = `${struct}.${path.replace(/\[\d+\]/g, '')}`
    return refusal(this.#kind, unmarshalling(value, field, type))
  }
}

/** An empty list or map that Go's types leave out: all but those that have to be there. */
function isOmitted(schema: TypeSchema, key: string, value: unknown): boolean {
  const named = schema.properties?.[key]
  if (named === undefined || schema.required?.includes(key) === true) return false
  if (Array.isArray(value)) return value.length === 0 && named.type === 'array'
  return named.additionalProperties !== undefined && isObject(value) && Object.keys(value).length === 0
}

/** Go's words for a value of another type than the field has. */
function unmarshalling(value: unknown, field: string, type: string): string {
  const got = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  // A number that is one, but not of this type, is named.
  const number = typeof value === 'number' && /^u?int|^float/.test(type) ? ` ${value}` : ''
  return `json: cannot unmarshal ${got}${number} into Go struct field ${field} of type ${type}`
}

/** Throws BadRequest for a field of metadata that has another type than Go gives it. */
export function metadataMismatch(kind: KindInfo, field: string, value: unknown, type: string): ApiError {
  const at = kind.crd === undefined ? 'ObjectMeta.metadata' : 'ObjectMeta'
  return refusal(kind, unmarshalling(value, field === '' ? `${kind.kind}.metadata` : `${at}.${field}`, type))
}

function isWhole(value: unknown, format: string | undefined): boolean {
  return Number.isInteger(value) && (format === 'int64' || Math.abs(Number(value)) <= 2 ** 31)
}

/** `PodSpec` of `v1.PodSpec`. */
function typeName(schema: TypeSchema): string {
  return schema.goType?.replace(/^.*\./, '') ?? ''
}

function goType(schema: TypeSchema): string {
  const { type, format, items, additionalProperties } = schema
  switch (type) {
    case 'array':
      return `[]${items === undefined ? 'interface {}' : goType(items)}`
    case 'integer':
      return format === 'int64' ? 'int64' : 'int32'
    case 'number':
      return 'float64'
    case 'boolean':
      return 'bool'
    case 'string':
      return schema.goType ?? 'string'
    default:
      return additionalProperties === undefined
        ? (schema.goType ?? 'interface {}')
        : `map[string]${goType(additionalProperties)}`
  }
}
