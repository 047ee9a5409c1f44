import { isObject, type JsonObject } from '../object.ts'
import {
  anything,
  fieldSchema,
  isAtomic,
  itemSchema,
  namedField,
  type TypeSchema,
} from '../schema/type-schema.ts'
import { type FieldSet, fieldElement } from './field-set.ts'
import { listElement } from './list-element.ts'

/**
 * `value` without the members of `fields`. A list or object of which nothing is left is null: it was there, which the
 * comparison that follows has to see.
 */
export function removeFields(value: unknown, fields: FieldSet, schema: TypeSchema): unknown {
  if (fields.children.size === 0) return value
  if (Array.isArray(value)) {
    if (isAtomic(schema, value)) return null
    const kept: unknown[] = []
    for (const item of value) {
      const below = fields.children.get(listElement(schema, item))
      if (below?.member === true) continue
      kept.push(below === undefined ? item : removeFields(item, below, itemSchema(schema)))
    }
    return kept.length === 0 ? null : kept
  }
  if (!isObject(value)) return value
  if (isAtomic(schema, value)) return null
  const kept: JsonObject = {}
  for (const [name, child] of Object.entries(value)) {
    const below = fields.children.get(fieldElement(name))
    if (below?.member === true) continue
    kept[name] =
      below === undefined ? child : removeFields(child, below, fieldSchema(schema, name) ?? anything)
  }
  return Object.keys(kept).length === 0 ? null : kept
}

/** `value` without the nulls of types that take none: what was emptied is gone. */
export function withoutNulls(value: unknown, schema: TypeSchema): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, itemSchema(schema)))
  if (!isObject(value)) return value
  const kept: JsonObject = {}
  for (const [name, child] of Object.entries(value)) {
    const type = fieldSchema(schema, name) ?? anything
    if (child !== null || type.nullable === true || type.preserveUnknown === true) {
      kept[name] = withoutNulls(child, type)
    }
  }
  return kept
}

/** `fields` with every named field on the way to a member a member itself. */
export function withNamedFields(fields: FieldSet, schema: TypeSchema | undefined): FieldSet {
  const children = new Map<string, FieldSet>()
  for (const [element, child] of fields.children) {
    const name = element.startsWith('f:') ? element.slice(2) : undefined
    const inner = name === undefined ? schema?.items : schema && fieldSchema(schema, name)
    const named = name !== undefined && schema !== undefined && namedField(schema, name) !== undefined
    const filled = withNamedFields(child, inner)
    children.set(element, named ? { member: true, children: filled.children } : filled)
  }
  return { member: fields.member, children }
}
