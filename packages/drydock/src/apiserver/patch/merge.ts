import { isObject, type JsonObject } from '../object.ts'
import { anything, fieldSchema, isAtomic, itemSchema, type TypeSchema } from '../schema/type-schema.ts'
import { ApiError } from '../status.ts'
import { printPath } from './field-set.ts'
import { itemsByElement, listElement } from './list-element.ts'

/**
 * `live` with everything `applied` says: objects and associative lists merge, anything else is replaced; nothing is
 * removed. A null of a type that takes none counts as unsaid. Changes neither argument, and may share parts with both.
 */
export function merge(live: unknown, applied: unknown, schema: TypeSchema): unknown {
  if (applied === undefined) return live
  if (Array.isArray(live) && !isAtomic(schema, live) && (applied === null || Array.isArray(applied))) {
    return mergeLists(live, applied ?? [], schema)
  }
  if (Array.isArray(applied) && !isAtomic(schema, applied)) return mergeLists([], applied, schema)
  if (isObject(applied) && !isAtomic(schema, applied)) {
    return mergeMaps(isObject(live) ? live : {}, applied, schema)
  }
  if (applied === null && isObject(live) && !isAtomic(schema, live)) return live
  return applied
}

function mergeMaps(live: JsonObject, applied: JsonObject, schema: TypeSchema): JsonObject {
  const result: JsonObject = { ...live }
  for (const [name, value] of Object.entries(applied)) {
    const child = fieldSchema(schema, name) ?? anything
    const merged = merge(live[name], value, child)
    if (merged === null && child.nullable !== true) delete result[name]
    else result[name] = merged
  }
  return result
}

/**
 * The items of both, in an order that keeps that of `applied` among its items and that of `live` among the others:
 * what only `live` has stands as early as the next item that both have allows.
 */
function mergeLists(live: unknown[], applied: unknown[], schema: TypeSchema): unknown[] {
  const liveItems = itemsByElement(schema, live)
  const appliedItems = itemsByElement(schema, applied)
  const order = live.map((item) => listElement(schema, item))
  const shared = [...appliedItems.keys()].filter((element) => liveItems.has(element))
  const result: unknown[] = []
  let at = 0
  const takeLiveUntilNextShared = (): void => {
    for (; at < order.length; at += 1) {
      const element = order[at]
      if (element === undefined || element === shared[0]) return
      if (!appliedItems.has(element)) result.push(live[at])
    }
  }
  for (const [element, [item, repeated]] of appliedItems) {
    if (repeated !== undefined) {
      throw new ApiError(400, 'BadRequest', `duplicate entries for key ${printPath([element])}`)
    }
    takeLiveUntilNextShared()
    const same = liveItems.get(element)
    // Items that repeat in `live` are not merged with: which one would it be?
    result.push(merge(same?.length === 1 ? same[0] : undefined, item, itemSchema(schema)))
    if (element === shared[0]) shared.shift()
  }
  takeLiveUntilNextShared()
  return result
}
