import { isObject, type JsonObject } from '../object.ts'
import { child, index } from './field-error.ts'
import { fieldSchema, itemSchema, type TypeSchema } from './type-schema.ts'

/** `value` without the fields that its schema does not have. Returns `value` itself where nothing is pruned. */
export function prune(value: unknown, schema: TypeSchema): unknown {
  if (Array.isArray(value)) {
    const items = itemSchema(schema)
    const kept = value.map((item) => prune(item, items))
    return kept.every((item, at) => item === value[at]) ? value : kept
  }
  if (!isObject(value)) return value
  const kept: JsonObject = {}
  let changed = false
  for (const [name, field] of Object.entries(value)) {
    const type = fieldSchema(schema, name)
    if (type === undefined) {
      changed = true
      continue
    }
    kept[name] = prune(field, type)
    if (kept[name] !== field) changed = true
  }
  return changed ? kept : value
}

/** The paths of the fields that a schema does not have, sorted: `spec.containers[0].foo`. */
export function unknownFields(value: unknown, schema: TypeSchema): string[] {
  const found: string[] = []
  collect(value, schema, '', found)
  return found.sort()
}

function collect(value: unknown, schema: TypeSchema, path: string, found: string[]): void {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) collect(item, itemSchema(schema), index(path, at), found)
  } else if (isObject(value)) {
    for (const [name, field] of Object.entries(value)) {
      const type = fieldSchema(schema, name)
      if (type === undefined) found.push(child(path, name))
      else collect(field, type, child(path, name), found)
    }
  }
}

/** What `fieldValidation=Warn` warns of and `Strict` refuses, a line each: `unknown field "spec.foo"`. */
export function unknownFieldWarnings(value: unknown, schema: TypeSchema): string[] {
  return unknownFields(value, schema).map((path) => `unknown field ${JSON.stringify(path)}`)
}

/** The message of the refusal under `fieldValidation=Strict`. */
export function strictDecodingError(warnings: readonly string[]): string {
  return `strict decoding error: ${warnings.join(', ')}`
}
