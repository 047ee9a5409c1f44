import { isObject, type JsonObject, objectAt } from '../object.ts'
import type { Cause } from '../status.ts'
import { validateLabels } from '../validation/metadata.ts'
import { child, index, invalid, key, required } from './field-error.ts'

const kindRule =
  "may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"

/** What objects that are embedded in a custom object must say of themselves: their apiVersion, kind and labels. */
export function embeddedFaults(value: unknown, schema: JsonObject, path: string): Cause[] {
  if (Array.isArray(value)) {
    const items = objectAt(schema, 'items')
    return items === undefined
      ? []
      : value.flatMap((item, at) => embeddedFaults(item, items, index(path, at)))
  }
  if (!isObject(value)) return []
  const own = schema['x-kubernetes-embedded-resource'] === true ? typeFaults(value, path) : []
  const properties = objectAt(schema, 'properties') ?? {}
  const others = objectAt(schema, 'additionalProperties')
  const below = Object.entries(value).flatMap(([name, field]) => {
    const known = objectAt(properties, name)
    if (known !== undefined) return embeddedFaults(field, known, child(path, name))
    return others === undefined ? [] : embeddedFaults(field, others, key(path, name))
  })
  return [...own, ...below]
}

function typeFaults({ apiVersion, kind, metadata }: JsonObject, path: string): Cause[] {
  const faults: Cause[] = []
  if (apiVersion === undefined || apiVersion === '') faults.push(required(child(path, 'apiVersion')))
  if (kind === undefined || kind === '') faults.push(required(child(path, 'kind')))
  else if (typeof kind === 'string' && !/^[a-z]([-a-z0-9]*[a-z0-9])?$/i.test(kind))
    faults.push(invalid(child(path, 'kind'), kind, kindRule))
  const labels = objectAt(metadata, 'labels') ?? {}
  return [...faults, ...validateLabels(labels, child(path, 'metadata.labels'))]
}
