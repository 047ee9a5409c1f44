import { timestamp } from '../api.ts'
import {
  ensureObject,
  type JsonObject,
  objectAt,
  objectsAt,
  setDefault,
  stringAt,
  stringsAt,
} from '../object.ts'
import { invalid } from '../schema/field-error.ts'
import { validateCrd } from '../schema/validate-crd.ts'
import type { Cause } from '../status.ts'
import type { Strategy } from '../strategy.ts'
import { cleanupFinalizer } from './cleanup-finalizer.ts'

/** How CustomResourceDefinitions are written. */
export const definitionStrategy: Strategy = {
  defaults: (object) => {
    const spec = ensureObject(object, 'spec')
    const names = ensureObject(spec, 'names')
    const kind = stringAt(names, 'kind') ?? ''
    if (!names.singular) names.singular = kind.toLowerCase()
    if (!names.listKind) names.listKind = `${kind}List`
    setDefault(spec, 'conversion', { strategy: 'None' })
  },
  prepareCreate: (object, api) => {
    const finalizers = object.metadata.finalizers ?? []
    if (!finalizers.includes(cleanupFinalizer)) object.metadata.finalizers = [...finalizers, cleanupFinalizer]
    const stored = objectsAt(object, 'spec', 'versions').filter((version) => version.storage === true)
    const now = timestamp(api.clock.now())
    const condition = (type: string, reason: string, message: string) => ({
      type,
      status: 'True',
      lastTransitionTime: now,
      reason,
      message,
    })
    object.status = {
      acceptedNames: structuredClone(ensureObject(ensureObject(object, 'spec'), 'names')),
      // The kind is served from the very next request on.
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
      storedVersions: stored.map((version) => String(version.name)),
    }
  },
  // What may not change is not told of once more as wrong.
  validate: (object, old) =>
    validateCrd(object).filter(({ field }) => old === undefined || field !== 'metadata.name'),
  validateUpdate: (object, old) => {
    const [now, before] = [objectAt(object, 'spec'), objectAt(old, 'spec')]
    const moved = [['group'], ['scope'], ['names', 'kind'], ['names', 'plural']]
      .filter((field) => stringAt(now, ...field) !== stringAt(before, ...field))
      .map((field) => invalid(`spec.${field.join('.')}`, stringAt(now, ...field), 'field is immutable'))
    return [...moved, ...lostVersions(objectsAt(now, 'versions'), stringsAt(old, 'status', 'storedVersions'))]
  },
  prepareUpdate: (object) => {
    const names = objectsAt(object, 'spec', 'versions').filter((version) => version.storage === true)
    const status = ensureObject(object, 'status')
    const known = Array.isArray(status.storedVersions) ? status.storedVersions : []
    const added = names.map((version) => String(version.name)).filter((name) => !known.includes(name))
    status.storedVersions = [...known, ...added]
    status.acceptedNames = structuredClone(ensureObject(ensureObject(object, 'spec'), 'names'))
  },
}

/** Objects may still be stored in a version that would go. */
function lostVersions(versions: readonly JsonObject[], stored: readonly string[]): Cause[] {
  return stored.flatMap((name, at) => {
    if (versions.some((version) => version.name === name)) return []
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`
    return [invalid(`status.storedVersions[${at}]`, name, why)]
  })
}
