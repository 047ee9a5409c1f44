import { isObject } from '../object.ts'
import { fieldSchema, itemSchema, type TypeSchema } from '../schema/type-schema.ts'
import { fieldElement, printPath } from './field-set.ts'
import { listElement } from './list-element.ts'

/** The first field of a value that its schema does not have, as `.spec.foo`; undefined where there is none. */
export function undeclaredField(
  value: unknown,
  schema: TypeSchema,
  at: readonly string[] = [],
): string | undefined {
  if (Array.isArray(value)) {
    const keyed = schema.listType === 'map' || schema.listType === 'set'
    for (const [index, item] of value.entries()) {
      const element = keyed ? listElement(schema, item) : `i:${index}`
      const found = undeclaredField(item, itemSchema(schema), [...at, element])
      if (found !== undefined) return found
    }
  } else if (isObject(value)) {
    for (const [name, child] of Object.entries(value)) {
      const path = [...at, fieldElement(name)]
      const type = fieldSchema(schema, name)
      if (type === undefined) return printPath(path)
      const found = undeclaredField(child, type, path)
      if (found !== undefined) return found
    }
  }
  return undefined
}
