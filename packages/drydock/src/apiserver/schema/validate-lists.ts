import { isObject } from '../object.ts'
import type { Cause } from '../status.ts'
import { child, duplicate, index, key } from './field-error.ts'
import { fieldSchema, itemKey, itemSchema, type TypeSchema } from './type-schema.ts'

/** A cause for each item that repeats in a `set` or `map` list. */
export function duplicateItems(value: unknown, schema: TypeSchema, path = ''): Cause[] {
  if (Array.isArray(value)) {
    const seen = new Set<string>()
    return value.flatMap((item: unknown, at) => {
      const place = index(path, at)
      const found = duplicateItems(item, itemSchema(schema), place)
      const name = schema.listType === 'map' && isObject(item) ? itemKey(schema, item) : item
      const text = JSON.stringify(name)
      if ((schema.listType === 'set' || schema.listType === 'map') && seen.has(text))
        found.push(duplicate(place, name))
      seen.add(text)
      return found
    })
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, field]) => {
    const type = fieldSchema(schema, name)
    if (type === undefined) return []
    const named = schema.properties?.[name] !== undefined
    return duplicateItems(field, type, named ? child(path, name) : key(path, name))
  })
}
