import { crdSchemaOf } from '../custom/custom-schema.ts'
import type { KindInfo } from '../kinds.ts'
import { type ApiObject, isApiObject, isObject, type JsonObject } from '../object.ts'
import { canonicalQuantity, quantityRule } from '../quantity.ts'
import { schemaFor } from '../schema/built-in.ts'
import { fieldSchema, type TypeSchema } from '../schema/type-schema.ts'
import { type ApiError, badRequest } from '../status.ts'
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
): ApiObject {
  const decoded = kind.crd === undefined ? decodeBuiltIn(object, kind) : decodeCustom(object, kind)
  if (decoded === undefined) return object
  const unknown = decoded.unknown.map((field) => `unknown field ${JSON.stringify(field)}`)
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
  return { object: decoder.object(object, schema, ''), unknown: decoder.unknown }
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

  object(value: JsonObject, schema: TypeSchema, path: string): JsonObject {
    const result: JsonObject = {}
    for (const [key, child] of Object.entries(value)) {
      if (child === null || child === undefined) continue
      const field = path === '' ? key : `${path}.${key}`
      const childSchema = fieldSchema(schema, key)
      if (childSchema === undefined) this.unknown.push(field)
      else result[key] = this.value(child, childSchema, field)
    }
    return result
  }

  value(value: unknown, schema: TypeSchema, path: string): unknown {
    if (schema.intOrString === true) return this.#intOrString(value, schema, path)
    switch (schema.type) {
      case 'object':
        if (!isObject(value)) throw this.#mismatch(value, path, 'object')
        return this.object(value, schema, path)
      case 'array':
        return this.#list(value, schema, path)
      case undefined:
        return isObject(value) && schema.properties !== undefined ? this.object(value, schema, path) : value
      default:
        return this.#scalar(value, schema, path)
    }
  }

  #list(value: unknown, schema: TypeSchema, path: string): unknown[] {
    if (!Array.isArray(value)) throw this.#mismatch(value, path, 'array')
    const items = schema.items
    return items === undefined
      ? value
      : value.map((item, index) => this.value(item ?? {}, items, `${path}[${index}]`))
  }

  #scalar(value: unknown, schema: TypeSchema, path: string): unknown {
    const { type, format } = schema
    const fits =
      type === 'integer' ? Number.isInteger(value) : typeof value === (type === 'number' ? 'number' : type)
    if (!fits) throw this.#mismatch(value, path, goType(schema))
    if (format === 'byte' && typeof value === 'string') this.#checkBase64(value)
    return value
  }

  #intOrString(value: unknown, schema: TypeSchema, path: string): unknown {
    if (typeof value !== 'string' && typeof value !== 'number')
      throw this.#mismatch(value, path, 'intstr.IntOrString')
    if (schema.format !== 'quantity') return value
    const canonical = canonicalQuantity(value)
    if (canonical === undefined) throw refusal(this.#kind, quantityRule)
    return canonical
  }

  /** Go's decoder names the first byte that does not belong. */
  #checkBase64(text: string): void {
    const stripped = text.replace(/[\r\n]/g, '')
    if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(stripped)) return
    const bad = stripped.search(/[^A-Za-z0-9+/]/)
    throw refusal(this.#kind, `illegal base64 data at input byte ${bad === -1 ? stripped.length : bad}`)
  }

  #mismatch(value: unknown, path: string, type: string): Error {
    const got = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
    const field = `${this.#kind.kind}.${path.replace(/\[\d+\]/g, '')}`
    return refusal(this.#kind, `json: cannot unmarshal ${got} into Go struct field ${field} of type ${type}`)
  }
}

function goType({ type, format }: TypeSchema): string {
  if (type === 'integer') return format === 'int64' ? 'int64' : 'int32'
  if (type === 'number') return 'float64'
  return type === 'boolean' ? 'bool' : 'string'
}
