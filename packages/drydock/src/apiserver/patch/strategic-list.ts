import { isObject, type JsonObject, sameJson } from '../object.ts'
import type { ApiError } from '../status.ts'
import { badPatch, goMap, noPatch, unknownDirective, withoutDirectives } from './directive.ts'

/** Both lists, each value once. */
export function mergeScalars(live: readonly unknown[], patch: readonly unknown[]): unknown[] {
  return inOrder([...new Set([...live, ...patch])], patch, live, undefined)
}

/** Merges the items of two lists that have the same value of `key`; `$patch: delete` and `$patch: replace` items act. */
export function mergeByKey(
  live: readonly unknown[],
  patch: readonly unknown[],
  key: string,
  merge: (live: JsonObject, patch: JsonObject) => JsonObject,
): unknown[] {
  let result = live.filter(isObject)
  const items: JsonObject[] = []
  let replace = false
  for (const item of patch) {
    if (!isObject(item)) throw badPatch('expected a list of objects')
    if (item.$patch === undefined || item.$patch === 'merge') items.push(item)
    else if (item.$patch === 'replace') replace = true
    else if (item.$patch !== 'delete') throw unknownDirective(item)
    else if (item[key] === undefined) throw noMergeKey(item, key)
    else result = result.filter((other) => !sameJson(other[key], item[key]))
  }
  if (replace) return items.map((item) => withoutDirectives(item))
  for (const item of items) {
    if (item[key] === undefined) throw noMergeKey(item, key)
    const at = result.findIndex((other) => sameJson(other[key], item[key]))
    const old = result[at]
    const added = withoutDirectives(item)
    if (old !== undefined) result[at] = merge(old, item)
    else if (isObject(added)) result.push(added)
  }
  return inOrder(result, items, live, key)
}

function noMergeKey(item: JsonObject, key: string): ApiError {
  return noPatch(`map: ${goMap(item)} does not contain declared merge key: ${key}`)
}

/**
 * The items in the order that `order` names, those it does not name among them where they stood in `live`: an item of
 * `live` goes before a named one that it stood before.
 */
export function inOrder(
  items: readonly unknown[],
  order: readonly unknown[],
  live: readonly unknown[],
  key: string | undefined,
): unknown[] {
  const nameOf = (item: unknown): unknown => (key !== undefined && isObject(item) ? item[key] : item)
  const positions = (list: readonly unknown[]): ((item: unknown) => number) => {
    const names = list.map(nameOf)
    return (item) => names.findIndex((name) => sameJson(name, nameOf(item)))
  }
  const [wanted, stood] = [positions(order), positions(live)]
  const named = items.filter((item) => wanted(item) !== -1).sort((a, b) => wanted(a) - wanted(b))
  const others = items.filter((item) => wanted(item) === -1).sort((a, b) => stood(a) - stood(b))
  const result: unknown[] = []
  for (const item of named) {
    const at = stood(item)
    while (at !== -1 && others.length > 0 && stood(others[0]) < at && stood(others[0]) !== -1) {
      result.push(others.shift())
    }
    result.push(item)
  }
  return [...result, ...others]
}
