import { isObject } from '../object.ts'
import { itemKey, type TypeSchema } from '../schema/type-schema.ts'
import { ApiError } from '../status.ts'
import { keyElement, valueElement } from './field-set.ts'

/**
 * The path element that names an item of a `set` or `map` list.
 * @throws ApiError `BadRequest` for an item without a single key field, or of the wrong type.
 */
export function listElement(list: TypeSchema, item: unknown): string {
  if (list.listType === 'set') {
    if (typeof item === 'object')
      throw refused('associative list without keys has an element that is not a scalar')
    return valueElement(item)
  }
  if (!isObject(item)) throw refused('associative list with keys may not have non-map elements')
  const key = itemKey(list, item)
  if (Object.keys(key).length === 0) {
    const keys = JSON.stringify(list.listMapKeys ?? [])
    throw refused(`associative list with keys has an element that omits all key fields ${keys}`)
  }
  return keyElement(key)
}

/** The items of a list by their path element; more than one for those that repeat. */
export function itemsByElement(list: TypeSchema, items: readonly unknown[]): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>()
  for (const item of items) {
    const element = listElement(list, item)
    const same = found.get(element)
    if (same === undefined) found.set(element, [item])
    else same.push(item)
  }
  return found
}

function refused(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}
