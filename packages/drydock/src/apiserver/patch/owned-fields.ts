import { isObject } from '../object.ts'
import {
  anything,
  fieldSchema,
  isAtomic,
  itemSchema,
  namedField,
  type TypeSchema,
} from '../schema/type-schema.ts'
import { type FieldSet, fieldElement, leaf, node } from './field-set.ts'
import { itemsByElement } from './list-element.ts'

/**
 * The fields that whoever sends `value` owns: its scalars, atomic lists and maps, the items of its lists and the keys of
 * its maps; not the named fields that merely hold others, which exist because something in them does.
 */
export function ownedFields(value: unknown, schema: TypeSchema): FieldSet {
  if (Array.isArray(value) && !isAtomic(schema, value)) {
    const items = [...itemsByElement(schema, value)]
    return node(
      false,
      items.map(([element, same]) => {
        // Items that repeat are owned together, as one.
        const below = same.length > 1 ? leaf : ownedFields(same[0], itemSchema(schema))
        return [element, { member: true, children: below.children }]
      }),
    )
  }
  if (isObject(value) && !isAtomic(schema, value)) {
    const fields = Object.entries(value).filter(([, child]) => child !== undefined)
    return node(
      false,
      fields.map(([name, child]) => {
        const below = ownedFields(child, fieldSchema(schema, name) ?? anything)
        const holdsNothing = child === null || (isObject(child) && Object.keys(child).length === 0)
        const member = below.member || holdsNothing || namedField(schema, name) === undefined
        return [fieldElement(name), { member, children: below.children }]
      }),
    )
  }
  return leaf
}

/** Every path of a value, those that merely hold others included. */
export function everyField(value: unknown, schema: TypeSchema): FieldSet {
  if (Array.isArray(value) && !isAtomic(schema, value)) {
    const items = [...itemsByElement(schema, value)]
    return node(
      true,
      items.map(([element, same]) => [
        element,
        same.length > 1 ? leaf : everyField(same[0], itemSchema(schema)),
      ]),
    )
  }
  if (isObject(value) && !isAtomic(schema, value)) {
    const fields = Object.entries(value).filter(([, child]) => child !== undefined)
    return node(
      true,
      fields.map(([name, child]) => [
        fieldElement(name),
        everyField(child, fieldSchema(schema, name) ?? anything),
      ]),
    )
  }
  return leaf
}
