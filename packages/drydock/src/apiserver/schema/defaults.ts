import { isObject, type JsonObject } from '../object.ts'
import { fieldSchema, itemSchema, type TypeSchema } from './type-schema.ts'

/**
 * `value` with the defaults of its schema where a field is missing, and without nulls where the type takes none: those
 * count as missing. Returns `value` itself where nothing changes.
 */
export function applyDefaults(value: unknown, schema: TypeSchema): unknown {
  if (Array.isArray(value)) {
    const items = itemSchema(schema)
    const filled = value.map((item) => {
      const missing = item === null && items.nullable !== true && items.default !== undefined
      return applyDefaults(missing ? structuredClone(items.default) : item, items)
    })
    return filled.every((item, at) => item === value[at]) ? value : filled
  }
  if (!isObject(value)) return value
  const filled: JsonObject = {}
  let changed = false
  for (const [name, field] of Object.entries(value)) {
    const type = fieldSchema(schema, name)
    if (field === null && type !== undefined && type.nullable !== true && type.preserveUnknown !== true) {
      changed = true
      continue
    }
    filled[name] = type === undefined ? field : applyDefaults(field, type)
    if (filled[name] !== field) changed = true
  }
  for (const name in schema.properties) {
    const type = schema.properties[name]
    if (type?.default === undefined || filled[name] !== undefined) continue
    filled[name] = applyDefaults(structuredClone(type.default), type)
    changed = true
  }
  return changed ? filled : value
}
