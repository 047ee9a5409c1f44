import { isObject, type JsonObject } from '../object.ts'

/** The name at the end of `#/components/schemas/NAME`. */
export function nameOfReference(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

/** The names of the schemas that a part of a document refers to. */
export function references(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const item of value) references(item, found)
  else if (isObject(value)) {
    for (const [name, child] of Object.entries(value)) {
      if (name === '$ref' && typeof child === 'string') found.add(nameOfReference(child))
      else references(child, found)
    }
  }
  return found
}

/** The named schemas and all they refer to, sorted by name. */
export function closure(
  wanted: Iterable<string>,
  schemas: ReadonlyMap<string, JsonObject>,
): Record<string, JsonObject> {
  const names = new Set(wanted)
  // A Set yields what is added while it is walked: this ends when no schema refers to a new one.
  for (const name of names) references(schemas.get(name), names)
  const found: Record<string, JsonObject> = {}
  for (const name of [...names].sort()) {
    const schema = schemas.get(name)
    if (schema !== undefined) found[name] = schema
  }
  return found
}
