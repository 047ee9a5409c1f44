import { isObject } from '../object.ts'
import { fieldSchema, itemSchema, type TypeSchema } from '../schema/type-schema.ts'
import { ApiError } from '../status.ts'
import { goMap } from './directive.ts'
import { fieldElement, printPath } from './field-set.ts'
import { listElement } from './list-element.ts'

/**
 * What is wrong with an applied value by its schema, with the path: `.spec.foo: field not declared in schema`; undefined
 * where nothing is. Words: sigs.k8s.io/structured-merge-diff typed/validate.go.
 */
export function typeFault(
  value: unknown,
  schema: TypeSchema,
  at: readonly string[] = [],
): string | undefined {
  if (value === null || schema.intOrString === true) return undefined
  if (schema.type === 'array' && !Array.isArray(value)) return expected('list', value, at)
  if (schema.type === 'object' && !isObject(value)) return expected('map', value, at)
  if (Array.isArray(value)) return listFault(value, schema, at)
  if (!isObject(value)) return undefined
  for (const [name, child] of Object.entries(value)) {
    const path = [...at, fieldElement(name)]
    const type = fieldSchema(schema, name)
    const found =
      type === undefined ? `${printPath(path)}: field not declared in schema` : typeFault(child, type, path)
    if (found !== undefined) return found
  }
  return undefined
}

function expected(type: string, value: unknown, at: readonly string[]): string {
  const shown = isObject(value) || Array.isArray(value) ? goMap(value) : `&{${goMap(value)}}`
  return `${printPath(at)}: expected ${type}, got ${shown}`
}

function listFault(list: readonly unknown[], schema: TypeSchema, at: readonly string[]): string | undefined {
  const keyed = schema.listType === 'map' || schema.listType === 'set'
  const seen = new Set<string>()
  for (const [index, item] of list.entries()) {
    const element = keyed ? elementOf(schema, item) : `i:${index}`
    if (element instanceof ApiError) return `${printPath(at)}: element ${index}: ${element.message}`
    if (keyed && seen.has(element))
      return `${printPath(at)}: duplicate entries for key ${printPath([element])}`
    seen.add(element)
    const found = typeFault(item, itemSchema(schema), [...at, element])
    if (found !== undefined) return found
  }
  return undefined
}

function elementOf(schema: TypeSchema, item: unknown): string | ApiError {
  try {
    return listElement(schema, item)
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}
