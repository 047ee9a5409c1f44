import { isObject, type JsonObject } from '../object.ts'
import { anything, fieldSchema, itemSchema, type TypeSchema } from '../schema/type-schema.ts'
import { badPatch, unknownDirective, withoutDirectives } from './directive.ts'
import { inOrder, mergeByKey, mergeScalars } from './strategic-list.ts'

const elementOrder = '$setElementOrder/'
const deleteFromList = '$deleteFromPrimitiveList/'

/**
 * Applies a strategic merge patch: a merge patch whose lists merge where the type says so (containers by name), with
 * directives: `$patch`, `$retainKeys`, `$setElementOrder/FIELD`, `$deleteFromPrimitiveList/FIELD`. Changes no argument.
 * Only built-in kinds have the merge keys it needs.
 * @throws ApiError `BadRequest` or `Invalid` for directives that make no sense.
 * @see https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function strategicMergePatch(live: unknown, patch: unknown, schema: TypeSchema): JsonObject {
  if (!isObject(patch)) throw badPatch('a strategic merge patch is an object')
  return mergeObject(isObject(live) ? live : {}, patch, schema)
}

function mergeObject(live: JsonObject, patch: JsonObject, schema: TypeSchema): JsonObject {
  const { $patch: directive, $retainKeys: retained, ...fields } = patch
  if (directive === 'replace') return fields
  if (directive === 'delete') return {}
  if (directive !== undefined && directive !== 'merge') throw unknownDirective(patch)
  const result = retained === undefined ? { ...live } : keep(live, fields, retained)
  const ordered = new Set<string>()
  for (const [key, order] of Object.entries(fields)) {
    if (!key.startsWith(elementOrder)) continue
    const field = key.slice(elementOrder.length)
    ordered.add(field)
    orderList(result, field, fields[field], order, fieldSchema(schema, field) ?? anything)
  }
  for (const [key, value] of Object.entries(fields)) {
    if (key.startsWith(elementOrder) || ordered.has(key)) continue
    if (key.startsWith(deleteFromList)) {
      const field = key.slice(deleteFromList.length)
      const list = result[field]
      if (!Array.isArray(value)) throw badPatch(`${key} must be a list`)
      if (Array.isArray(list)) result[field] = list.filter((item) => !value.includes(item))
    } else mergeField(result, key, value, fieldSchema(schema, key) ?? anything)
  }
  return result
}

function mergeField(result: JsonObject, key: string, value: unknown, schema: TypeSchema): void {
  const old = result[key]
  if (value === null) delete result[key]
  else if (isObject(value) && isObject(old) && !replaces(schema)) {
    if (value.$patch === 'delete') delete result[key]
    else result[key] = mergeObject(old, value, schema)
  } else if (Array.isArray(value) && Array.isArray(old)) result[key] = mergeList(old, value, schema)
  else {
    const added = withoutDirectives(value)
    if (added === undefined) delete result[key]
    else result[key] = added
  }
}

/** For a field whose type says `replace` the value of the patch stands as it is. */
function replaces(schema: TypeSchema): boolean {
  return schema.patchStrategy?.includes('replace') === true
}

function mergeList(live: unknown[], patch: unknown[], schema: TypeSchema): unknown[] {
  if (schema.patchStrategy?.includes('merge') !== true)
    return patch.map((item) => withoutDirectives(item) ?? {})
  if (![...live, ...patch].some(isObject)) return mergeScalars(live, patch)
  const key = schema.patchMergeKey
  if (key === undefined) throw badPatch('cannot merge lists without merge key')
  return mergeByKey(live, patch, key, (old, item) => mergeObject(old, item, itemSchema(schema)))
}

/** Carries out `$setElementOrder` on a field, together with the patch of that field. */
function orderList(
  result: JsonObject,
  field: string,
  patch: unknown,
  order: unknown,
  schema: TypeSchema,
): void {
  const live = result[field]
  if (!Array.isArray(order)) throw badPatch(`$setElementOrder/${field} must be a list`)
  if (patch === null) {
    delete result[field]
    return
  }
  if (!Array.isArray(live) && !Array.isArray(patch)) return
  const old = Array.isArray(live) ? live : []
  const merged = Array.isArray(patch)
    ? Array.isArray(live)
      ? mergeList(live, patch, schema)
      : patch.map(withoutDirectives).filter((item) => item !== undefined)
    : old
  result[field] = inOrder(merged, order, old, schema.patchMergeKey)
}

/** `$retainKeys`: the live fields that the list names. */
function keep(live: JsonObject, patch: JsonObject, retained: unknown): JsonObject {
  if (!Array.isArray(retained)) throw badPatch('$retainKeys must be a list')
  const stray = Object.entries(patch).find(
    ([key, value]) => value !== null && !key.startsWith('$') && !retained.includes(key),
  )
  if (stray !== undefined) throw badPatch('invalid patch format of retainKeys')
  return Object.fromEntries(Object.entries(live).filter(([key]) => retained.includes(key)))
}
