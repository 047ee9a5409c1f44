import { isObject, type JsonObject, objectAt, stringAt } from '../object.ts'
import type { TypeSchema } from '../schema/type-schema.ts'
import { compare } from './compare.ts'
import { difference, type FieldSet, noFields } from './field-set.ts'
import { ownedFields } from './owned-fields.ts'
import { withoutManagers } from './ownership.ts'

const annotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** What `kubectl apply` without --server-side last wrote to an object and still stands there. */
export function clientSideApplied(live: JsonObject, schema: TypeSchema): FieldSet {
  const last = parse(stringAt(live, 'metadata', 'annotations', annotation))
  if (last === undefined || last.apiVersion !== live.apiVersion) return noFields
  const { added, modified, removed } = compare(last, withoutManagers(live), schema)
  return [added, modified, removed].reduce(difference, ownedFields(last, schema))
}

/** Keeps the annotation in step, for a client that still applies on its own side. */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  if (!stringAt(object, 'metadata', 'annotations', annotation)) return object
  const metadata = objectAt(object, 'metadata') ?? {}
  const last = structuredClone(applied)
  delete objectAt(last, 'metadata', 'annotations')?.[annotation]
  const annotations = { ...objectAt(metadata, 'annotations'), [annotation]: `${JSON.stringify(last)}\n` }
  return { ...object, metadata: { ...metadata, annotations } }
}

function parse(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
