import { type JsonObject, objectAt, objectsAt, sameJson, stringAt, stringsAt } from '../object.ts'
import type { Cause } from '../status.ts'
import { parsePath } from '../tables/json-path.ts'
import { child, index, invalid, notSupported, required } from './field-error.ts'
import { isLabel, isSubdomain } from './formats.ts'
import { ruleFaults } from './validate-rules.ts'
import { structuralFaults } from './validate-structural.ts'

/** The faults of a CustomResourceDefinition: its names, its versions, their schemas and the rules in them. */
export function validateCrd(crd: JsonObject): Cause[] {
  const spec = objectAt(crd, 'spec') ?? {}
  const expected = `${stringAt(objectAt(spec, 'names'), 'plural') ?? ''}.${stringAt(spec, 'group') ?? ''}`
  const name = stringAt(crd, 'metadata', 'name') ?? ''
  const misnamed =
    name === expected ? [] : [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]
  return [
    ...misnamed,
    ...nameFaults(spec),
    ...specFaults(spec),
    ...versionFaults(spec),
    ...conversionFaults(objectAt(spec, 'conversion') ?? {}),
    ...(objectsAt(spec, 'versions').some(({ storage }) => storage === true)
      ? []
      : [invalid('status.storedVersions', null, 'must have at least one stored version')]),
  ]
}

function nameFaults(spec: JsonObject): Cause[] {
  const names = objectAt(spec, 'names') ?? {}
  const faults: Cause[] = []
  for (const name of ['plural', 'singular', 'kind', 'listKind']) {
    if ((stringAt(names, name) ?? '') === '') faults.push(required(`spec.names.${name}`))
  }
  for (const name of ['plural', 'singular', 'kind', 'listKind']) {
    const value = stringAt(names, name) ?? ''
    const mixed = name === 'kind' || name === 'listKind'
    if (value !== '' && !isDns1035(mixed ? value.toLowerCase() : value)) {
      const detail = mixed ? `may have mixed case, but should otherwise match: ${dns1035}` : dns1035
      faults.push(invalid(`spec.names.${name}`, value, detail))
    }
  }
  for (const [at, short] of stringsAt(names, 'shortNames').entries()) {
    if (!isDns1035(short)) faults.push(invalid(`spec.names.shortNames[${at}]`, short, dns1035))
  }
  const kind = stringAt(names, 'kind') ?? ''
  if (kind !== '' && kind === stringAt(names, 'listKind')) {
    faults.push(invalid('spec.names.listKind', kind, 'kind and listKind may not be the same'))
  }
  return faults
}

const dns1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"

function isDns1035(text: string): boolean {
  return isLabel(text) && /^[a-z]/.test(text)
}

function specFaults(spec: JsonObject): Cause[] {
  const faults: Cause[] = []
  const group = stringAt(spec, 'group') ?? ''
  if (group === '') faults.push(required('spec.group'))
  else if (!isSubdomain(group)) {
    const detail =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    faults.push(invalid('spec.group', group, detail))
  } else if (!group.includes('.')) {
    faults.push(invalid('spec.group', group, 'should be a domain with at least one dot'))
  }
  const scope = stringAt(spec, 'scope') ?? ''
  const scopes = ['Cluster', 'Namespaced']
  if (scope === '') faults.push(required('spec.scope'))
  else if (!scopes.includes(scope)) faults.push(notSupported('spec.scope', scope, scopes))
  if (spec.preserveUnknownFields === true) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
    faults.push(invalid('spec.preserveUnknownFields', true, detail))
  }
  return faults
}

function versionFaults(spec: JsonObject): Cause[] {
  const versions = objectsAt(spec, 'versions')
  const faults = versions.flatMap((version, at) => wordFaults(version, index('spec.versions', at)))
  const names = new Set(versions.map(({ name }) => name))
  if (names.size < versions.length) {
    faults.push(invalid('spec.versions', versions, 'must contain unique version names'))
  }
  if (versions.filter(({ storage }) => storage === true).length !== 1) {
    faults.push(invalid('spec.versions', versions, 'must have exactly one version marked as storage version'))
  }
  const parts: readonly Part[] = [schemaFaults, columnsFaults, subresourceFaults, selectableFaults]
  for (const part of parts) {
    const [first = {}] = versions
    // What all versions have in common a real server holds, and tells of, once for all of them.
    const common = versions.every((version) => sameJson(part.of(version), part.of(first)))
    if (common && versions.length > 0) faults.push(...part.faults(first, 'spec', true))
    else
      for (const [at, version] of versions.entries())
        faults.push(...part.faults(version, index('spec.versions', at), false))
  }
  return faults
}

/** A part of a version, and what can be wrong with it. */
interface Part {
  of(version: JsonObject): unknown
  faults(version: JsonObject, path: string, common: boolean): Cause[]
}

function wordFaults(version: JsonObject, path: string): Cause[] {
  const name = stringAt(version, 'name') ?? ''
  const warning = version.deprecationWarning
  return [
    ...(isDns1035(name) ? [] : [invalid(`${path}.name`, name, dns1035)]),
    ...(warning !== undefined && version.deprecated !== true
      ? [invalid(`${path}.deprecationWarning`, warning, 'can only be set for deprecated versions')]
      : []),
  ]
}

const schemaFaults: Part = {
  of: (version) => version.schema,
  faults: (version, path, common) => {
    const schemaPath = `${path}.${common ? 'validation' : 'schema'}.openAPIV3Schema`
    const schema = objectAt(version, 'schema', 'openAPIV3Schema')
    if (schema === undefined) return [required('spec.versions[0].schema.openAPIV3Schema')]
    const structural = structuralFaults(schema, schemaPath)
    // Rules are compiled against types, which a schema that is not structural does not have.
    return structural.length > 0 ? structural : ruleFaults(schema, schemaPath)
  },
}

const columnsFaults: Part = {
  of: (version) => version.additionalPrinterColumns,
  faults: (version, path, common) =>
    objectsAt(version, 'additionalPrinterColumns').flatMap((column, at) =>
      columnFaults(column, index(`${path}.additionalPrinterColumns`, at), common ? 'JSONPath' : 'jsonPath'),
    ),
}

const subresourceFaults: Part = {
  of: (version) => version.subresources,
  faults: (version, path) => {
    const scale = objectAt(version, 'subresources', 'scale')
    return scale === undefined ? [] : scaleFaults(scale, `${path}.subresources.scale`)
  },
}

const selectableFaults: Part = {
  of: (version) => version.selectableFields,
  faults: (version, path) =>
    objectsAt(version, 'selectableFields').flatMap((field, at) => {
      const jsonPath = stringAt(field, 'jsonPath') ?? ''
      const place = `${index(`${path}.selectableFields`, at)}.jsonPath`
      if (jsonPath === '') return [required(place)]
      let here = objectAt(version, 'schema', 'openAPIV3Schema')
      for (const name of jsonPath.slice(1).split('.')) here = objectAt(here, 'properties', name)
      const why = 'is an invalid path: does not refer to a valid field'
      return here === undefined ? [invalid(place, jsonPath, why)] : []
    }),
}

function conversionFaults(conversion: JsonObject): Cause[] {
  const { strategy = 'None' } = conversion
  if (strategy === 'None') return []
  if (strategy !== 'Webhook') return [notSupported('spec.conversion.strategy', strategy, ['None', 'Webhook'])]
  const said = (field: string): boolean => objectAt(conversion, 'webhook')?.[field] !== undefined
  return [
    ...(said('clientConfig')
      ? []
      : [required('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook')]),
    ...(said('conversionReviewVersions') ? [] : [required('spec.conversion.conversionReviewVersions')]),
  ]
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']

function columnFaults(column: JsonObject, path: string, pathName: string): Cause[] {
  const faults: Cause[] = []
  if ((stringAt(column, 'name') ?? '') === '') faults.push(required(child(path, 'name')))
  const type = stringAt(column, 'type') ?? ''
  const detail = `must be one of ${columnTypes.join(',')}`
  if (type === '') faults.push(required(child(path, 'type'), detail))
  else if (!columnTypes.includes(type)) faults.push(invalid(child(path, 'type'), type, detail))
  const jsonPath = stringAt(column, 'jsonPath') ?? ''
  if (jsonPath === '') faults.push(required(child(path, pathName)))
  else if (!jsonPath.startsWith('.') || parsePath(jsonPath) === undefined) {
    faults.push(invalid(child(path, pathName), jsonPath, 'must be a simple json path starting with .'))
  }
  return faults
}

function scaleFaults(scale: JsonObject, path: string): Cause[] {
  const wrong = (name: string, starts: readonly string[], mandatory: boolean, where: string): Cause[] => {
    const value = stringAt(scale, name) ?? ''
    if (value === '') return mandatory ? [required(child(path, name))] : []
    if (starts.some((start) => value.startsWith(start)) && parsePath(value) !== undefined) return []
    return [invalid(child(path, name), value, `should be a json path under ${where}`)]
  }
  return [
    ...wrong('specReplicasPath', ['.spec.'], true, '.spec'),
    ...wrong('statusReplicasPath', ['.status.'], true, '.status'),
    ...wrong('labelSelectorPath', ['.spec.', '.status.'], false, 'either .spec or .status'),
  ]
}
