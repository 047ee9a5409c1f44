import { isObject, type JsonObject } from '../object.ts'
import { ApiError } from '../status.ts'

export function badPatch(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}

/** Mistakes in a patch that the real server calls errors of its own: 500. */
export function noPatch(message: string): ApiError {
  return new ApiError(500, '', message)
}

export function unknownDirective(patch: JsonObject): ApiError {
  return noPatch(`unknown patch type: ${String(patch.$patch)} in map: ${goMap(patch)}`)
}

/** As Go prints a map: `map[a:1 b:[x]]`. */
export function goMap(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`
  if (!isObject(value)) return value === null ? '<nil>' : String(value)
  const fields = Object.keys(value).sort()
  return `map[${fields.map((name) => `${name}:${goMap(value[name])}`).join(' ')}]`
}

/** A value of a patch that is taken over as it is: without directives and nulls; undefined where a directive deletes it. */
export function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined)
  if (!isObject(value)) return value
  if (value.$patch === 'delete') return undefined
  const result: JsonObject = {}
  for (const [key, child] of Object.entries(value)) {
    if (child === null || key === '$patch' || key === '$retainKeys') continue
    if (key.startsWith('$setElementOrder/') || key.startsWith('$deleteFromPrimitiveList/')) continue
    const kept = withoutDirectives(child)
    if (kept !== undefined) result[key] = kept
  }
  return result
}
