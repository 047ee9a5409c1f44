/** Which of two definitions of a kind is the newer one. */
import { isDeepStrictEqual } from 'node:util'
import { labels } from '@orlop/api'
import type { CustomResourceDefinition } from '@orlop/kube'

export type Age =
  | { readonly age: 'missing' | 'same' | 'older' }
  /** What ours would lose of it. */
  | { readonly age: 'newer'; readonly why: string }

/**
 * By what they say of themselves, then by their fields: one that knows fields which ours does not is newer, since ours would drop them
 * from every resource that is written.
 */
export function ageOf(live: CustomResourceDefinition | undefined, ours: CustomResourceDefinition): Age {
  if (live === undefined) return { age: 'missing' }
  const known = new Set((ours.spec?.versions ?? []).map(({ name }) => name))
  const stored = (live.status?.storedVersions ?? []).filter((name) => !known.has(name))
  if (stored.length > 0) return { age: 'newer', why: `resources are stored as ${stored.join(', ')}` }
  const [liveVersion, ourVersion] = [live, ours].map(({ metadata }) => metadata.labels?.[labels.version])
  if (liveVersion !== undefined && ourVersion !== undefined && compareVersions(liveVersion, ourVersion) > 0) {
    return { age: 'newer', why: `it is of version ${liveVersion}` }
  }
  const [has, wants] = [fieldsOf(live), fieldsOf(ours)]
  const extra = [...has].filter((field) => !wants.has(field))
  if (
    extra.length > 0 &&
    !(liveVersion !== undefined && ourVersion !== undefined && liveVersion !== ourVersion)
  ) {
    const more = extra.length > 3 ? ` and ${extra.length - 3} more` : ''
    return { age: 'newer', why: `it knows ${extra.slice(0, 3).join(', ')}${more}` }
  }
  return { age: isDeepStrictEqual(live.spec?.versions, ours.spec?.versions) ? 'same' : 'older' }
}

/** `0.10.0` is after `0.9.3`; what stands behind a hyphen is before the version itself, as in semantic versioning. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => {
    const [numbers = '', before] = text.replace(/^v/, '').split('-', 2)
    return { parts: numbers.split('.').map(Number), before }
  })
  for (let i = 0; i < 3; i++) {
    const difference = (x?.parts[i] ?? 0) - (y?.parts[i] ?? 0)
    if (difference !== 0) return difference
  }
  if (x?.before === y?.before) return 0
  if (x?.before === undefined) return 1
  if (y?.before === undefined) return -1
  return x.before < y.before ? -1 : 1
}

/** Every field that a resource may have, as `spec.memory`. */
function fieldsOf(crd: CustomResourceDefinition): Set<string> {
  const fields = new Set<string>()
  for (const version of crd.spec?.versions ?? []) gather(version.schema?.openAPIV3Schema, '', fields)
  return fields
}

function gather(schema: unknown, path: string, into: Set<string>): void {
  if (typeof schema !== 'object' || schema === null) return
  if ('properties' in schema && typeof schema.properties === 'object' && schema.properties !== null) {
    for (const [name, inner] of Object.entries(schema.properties)) {
      const field = path === '' ? name : `${path}.${name}`
      into.add(field)
      gather(inner, field, into)
    }
  }
  if ('items' in schema) gather(schema.items, `${path}[]`, into)
  if ('additionalProperties' in schema) gather(schema.additionalProperties, `${path}.*`, into)
}
