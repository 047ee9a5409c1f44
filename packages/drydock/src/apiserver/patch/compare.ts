import { isObject, type JsonObject, sameJson } from '../object.ts'
import { anything, fieldSchema, isAtomic, itemSchema, type TypeSchema } from '../schema/type-schema.ts'
import { type FieldSet, fieldElement, leaf, node, noFields } from './field-set.ts'
import { itemsByElement } from './list-element.ts'
import { everyField } from './owned-fields.ts'

/** How one object differs from another. */
export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

const same: Comparison = { added: noFields, modified: noFields, removed: noFields }

/** Compares two values of one schema; undefined stands for absent. */
export function compare(before: unknown, after: unknown, schema: TypeSchema): Comparison {
  if (before === undefined) return after === undefined ? same : { ...same, added: everyField(after, schema) }
  if (after === undefined) return { ...same, removed: everyField(before, schema) }
  const lists = listsOf(before, after, schema)
  if (lists !== undefined) return compareLists(lists[0], lists[1], schema)
  const maps = mapsOf(before, after, schema)
  if (maps !== undefined) return compareMaps(maps[0], maps[1], schema)
  if (sameJson(before, after)) return same
  // A place that held one type and holds another: what was below is gone, what is below is new.
  return {
    added: below(after, schema),
    modified: leaf,
    removed: below(before, schema),
  }
}

function below(value: unknown, schema: TypeSchema): FieldSet {
  return { member: false, children: everyField(value, schema).children }
}

/** Both as associative lists, null counting as empty; undefined where they are not, or are both empty and so compared whole. */
function listsOf(a: unknown, b: unknown, schema: TypeSchema): [unknown[], unknown[]] | undefined {
  const [left, right] = [a ?? [], b ?? []]
  if (!Array.isArray(left) || !Array.isArray(right) || left.length + right.length === 0) return undefined
  return isAtomic(schema, left) ? undefined : [left, right]
}

function mapsOf(a: unknown, b: unknown, schema: TypeSchema): [JsonObject, JsonObject] | undefined {
  const [left, right] = [a ?? {}, b ?? {}]
  if (!isObject(left) || !isObject(right)) return undefined
  if (Object.keys(left).length + Object.keys(right).length === 0) return undefined
  return isAtomic(schema, left) ? undefined : [left, right]
}

function compareLists(before: unknown[], after: unknown[], schema: TypeSchema): Comparison {
  const [left, right] = [itemsByElement(schema, before), itemsByElement(schema, after)]
  const elements = new Set([...left.keys(), ...right.keys()])
  return gather(
    [...elements].map((element) => {
      const [l, r] = [left.get(element) ?? [], right.get(element) ?? []]
      return [element, compareItems(l, r, itemSchema(schema))]
    }),
  )
}

/** Items of one name: normally at most one on each side; those that repeat are compared as one value. */
function compareItems(before: unknown[], after: unknown[], schema: TypeSchema): Comparison {
  if (before.length <= 1 && after.length <= 1) return compare(before[0], after[0], schema)
  if (before.length > 1 && after.length > 1)
    return sameJson(before, after) ? same : { ...same, modified: leaf }
  if (before.length > 1) {
    return { ...compare(undefined, after[0], schema), removed: leaf }
  }
  return { ...compare(before[0], undefined, schema), added: leaf }
}

function compareMaps(before: JsonObject, after: JsonObject, schema: TypeSchema): Comparison {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return gather(
    [...names].map((name) => {
      const child = fieldSchema(schema, name) ?? anything
      return [fieldElement(name), compare(before[name], after[name], child)]
    }),
  )
}

function gather(children: [string, Comparison][]): Comparison {
  const of = (which: keyof Comparison): FieldSet =>
    node(
      false,
      children.map(([element, comparison]) => [element, comparison[which]]),
    )
  return { added: of('added'), modified: of('modified'), removed: of('removed') }
}
