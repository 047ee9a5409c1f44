import { isObject, type JsonObject, sameJson } from '../object.ts'
import { goKind } from '../request/json-scan.ts'
import { ApiError } from '../status.ts'

/** A malformed patch: 400. */
function malformed(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}

/** A well-formed patch that does not fit the object, a failing `test` among them: the real server keeps why to itself. */
function unprocessable(why: string): ApiError {
  const message = 'the server rejected our request due to an error in our request'
  return new ApiError(422, 'Invalid', message, {}, new Error(why))
}

const operations = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test'])
/** The real server refuses longer patches (`maxJSONPatchOperations`). */
const maxOperations = 10_000

/**
 * Applies a JSON patch (RFC 6902) and returns the new value; `target` is left as it was.
 * @throws ApiError `BadRequest` for a malformed patch, `Invalid` where it does not fit.
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  const into = 'Go value of type'
  if (!Array.isArray(patch))
    throw malformed(
      `error decoding patch: json: cannot unmarshal ${goKind(patch)} into ${into} []handlers.jsonPatchOp`,
    )
  const odd = patch.find((operation) => !isObject(operation))
  if (odd !== undefined)
    throw malformed(
      `error decoding patch: json: cannot unmarshal ${goKind(odd)} into ${into} handlers.jsonPatchOp`,
    )
  if (patch.length > maxOperations) {
    const message = `Request entity too large: The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`
    throw new ApiError(413, 'RequestEntityTooLarge', message)
  }
  // A document within an object, so that the root can be replaced like any other value.
  const holder: JsonObject = { root: structuredClone(target) }
  for (const operation of patch) apply(holder, operation)
  return holder.root
}

function apply(holder: JsonObject, operation: unknown): void {
  if (!isObject(operation)) return
  const { op, value: given = null } = operation
  if (typeof op !== 'string' || !operations.has(op))
    throw unprocessable(`Unexpected kind: ${JSON.stringify(op)}`)
  const path = pointer(operation.path, 'path')
  if (op === 'add') add(holder, path, structuredClone(given))
  else if (op === 'remove') remove(holder, path)
  else if (op === 'replace') replace(holder, path, structuredClone(given))
  else if (op === 'test') {
    const found = find(holder, path)
    // A missing value equals null: that is how clients assert that a field is absent.
    if (!sameJson(found ?? null, given)) {
      throw unprocessable(`testing value ${String(operation.path)} failed`)
    }
  } else {
    const from = pointer(operation.from, 'from')
    const [container] = parentOf(holder, from)
    const value = find(holder, from)
    // Nothing can be copied from an object, as null, but not from a list.
    if (value === undefined && (op === 'move' || Array.isArray(container))) throw missing(from)
    if (op === 'move') {
      if (path.length > from.length && from.every((key, index) => key === path[index])) {
        throw unprocessable('a value cannot be moved into itself')
      }
      remove(holder, from)
      add(holder, path, value)
    } else add(holder, path, structuredClone(value ?? null))
  }
}

/** RFC 6901: `/spec/a~1b` is spec, then `a/b`. */
function pointer(text: unknown, name: string): string[] {
  if (typeof text !== 'string') throw unprocessable(`an operation needs a ${name}`)
  if (text === '') return ['root']
  if (!text.startsWith('/')) throw unprocessable(`${name} ${JSON.stringify(text)} does not start with "/"`)
  const keys = text.slice(1).split('/')
  return ['root', ...keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))]
}

function missing(path: readonly string[]): ApiError {
  return unprocessable(`doc is missing path: /${path.slice(1).join('/')}: missing value`)
}

function step(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value[indexOf(value, key, value.length - 1) ?? -1]
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function find(holder: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>(step, holder)
}

/** The object or list that holds the last key of a path. */
function parentOf(holder: JsonObject, path: readonly string[]): [unknown[] | JsonObject, string] {
  const parent = find(holder, path.slice(0, -1))
  const key = path.at(-1)
  if ((Array.isArray(parent) || isObject(parent)) && key !== undefined) return [parent, key]
  throw missing(path)
}

/** A list index of at most `last`; undefined for anything else. Negative ones count from the end, as the real server's library has it. */
function indexOf(list: unknown[], key: string, last: number): number | undefined {
  if (!/^(-?[1-9]\d*|0)$/.test(key)) return undefined
  const index = Number(key) < 0 ? Number(key) + list.length : Number(key)
  return index >= 0 && index <= last ? index : undefined
}

function add(holder: JsonObject, path: readonly string[], value: unknown): void {
  const [parent, key] = parentOf(holder, path)
  if (!Array.isArray(parent)) {
    parent[key] = value
    return
  }
  const index = key === '-' ? parent.length : indexOf(parent, key, parent.length)
  if (index === undefined) throw unprocessable(`Unable to access invalid index: ${key}`)
  parent.splice(index, 0, value)
}

function remove(holder: JsonObject, path: readonly string[]): void {
  const [parent, key] = parentOf(holder, path)
  if (Array.isArray(parent)) {
    const index = indexOf(parent, key, parent.length - 1)
    if (index === undefined) throw unprocessable(`Unable to access invalid index: ${key}`)
    parent.splice(index, 1)
  } else if (Object.hasOwn(parent, key)) delete parent[key]
  else throw missing(path)
}

function replace(holder: JsonObject, path: readonly string[], value: unknown): void {
  const [parent, key] = parentOf(holder, path)
  if (Array.isArray(parent)) {
    const index = indexOf(parent, key, parent.length - 1)
    if (index === undefined) throw missing(path)
    parent[index] = value
  } else parent[key] = value
}
