import { isObject, type JsonObject, sameJson } from '../object.ts'

/**
 * How the values of one place in an object are typed and merged: what server-side apply, strategic merge patch, pruning
 * and the check for unknown fields need to know. Schemas of recursive types are cyclic: never walk one but along a value.
 */
export interface TypeSchema {
  /** Absent: any JSON value (or see `intOrString`). */
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  /** Has no prototype, so that a field named `constructor` is not found by accident. */
  readonly properties?: Readonly<Record<string, TypeSchema>>
  /** The values of a map whose keys are the user's. */
  readonly additionalProperties?: TypeSchema
  readonly items?: TypeSchema
  /** How a list is merged; absent means atomic. */
  readonly listType?: 'atomic' | 'set' | 'map'
  /** The fields that name an item of a `map` list. */
  readonly listMapKeys?: readonly string[]
  /** How an object is merged; absent means granular. */
  readonly mapType?: 'granular' | 'atomic'
  /** Of strategic merge patch: `merge`, `replace`, `retainKeys`. */
  readonly patchStrategy?: readonly string[]
  readonly patchMergeKey?: string
  /** A string or an integer; with format `quantity` a string or any number. */
  readonly intOrString?: boolean
  /** Takes fields it does not name. */
  readonly preserveUnknown?: boolean
  readonly nullable?: boolean
  readonly default?: unknown
  /** A field that Go holds as a struct, and so is always there; of built-in kinds. */
  readonly struct?: boolean
  /** Fields that are always there, be they empty; of built-in kinds. */
  readonly required?: readonly string[]
  readonly format?: string
  /** The Go type of a built-in object, e.g. `v1.PodSpec`. */
  readonly goType?: string
}

/** Any JSON value: objects merge field by field, lists are atomic. What an untyped place is. */
export const anything: TypeSchema = { preserveUnknown: true }

/** The schema of one field of an object, or undefined where the schema knows no such field. */
export function fieldSchema(schema: TypeSchema, field: string): TypeSchema | undefined {
  const named = schema.properties?.[field]
  if (named !== undefined) return named
  if (schema.additionalProperties !== undefined) return schema.additionalProperties
  return schema.preserveUnknown === true ? anything : undefined
}

/** The schema of a field the author of the type wrote down, as against the keys of a map. */
export function namedField(schema: TypeSchema, field: string): TypeSchema | undefined {
  return schema.properties?.[field]
}

export function itemSchema(schema: TypeSchema): TypeSchema {
  return schema.items ?? anything
}

export function isScalar(schema: TypeSchema): boolean {
  return (
    schema.intOrString === true ||
    (schema.type !== undefined && schema.type !== 'object' && schema.type !== 'array')
  )
}

/** Whether a value of this schema is owned and merged as one: a scalar, an atomic list or an atomic map. */
export function isAtomic(schema: TypeSchema, value: unknown): boolean {
  if (Array.isArray(value)) return schema.listType !== 'set' && schema.listType !== 'map'
  if (isObject(value)) return schema.mapType === 'atomic'
  return true
}

/** The key fields of an item of a `map` list, with the defaults of those that are missing, sorted by name. */
export function itemKey(list: TypeSchema, item: JsonObject): JsonObject {
  const key: JsonObject = {}
  for (const field of [...(list.listMapKeys ?? [])].sort()) {
    const value = item[field] ?? list.items?.properties?.[field]?.default
    if (value !== undefined) key[field] = value
  }
  return key
}

/** The item of a former list that is the same one, which only lists with keys can tell. */
export function correlated(item: unknown, list: unknown, type: TypeSchema): unknown {
  if (!Array.isArray(list) || type.listType !== 'map' || !isObject(item)) return undefined
  const name = itemKey(type, item)
  return list.find((other) => isObject(other) && sameJson(itemKey(type, other), name))
}
