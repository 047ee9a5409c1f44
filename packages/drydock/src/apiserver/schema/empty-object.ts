import type { JsonObject } from '../object.ts'
import type { TypeSchema } from './type-schema.ts'

/**
 * What Go writes for an object of a type in which nothing was set: its structs, and null for the lists and maps that are
 * never left out. Who creates an object owns what differs from this.
 */
export function emptyObject(schema: TypeSchema): JsonObject {
  const object: JsonObject = {}
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.struct === true && field.properties !== undefined) object[name] = emptyObject(field)
    else if (
      schema.required?.includes(name) === true &&
      (field.type === 'array' || field.additionalProperties)
    )
      object[name] = null
  }
  return object
}
