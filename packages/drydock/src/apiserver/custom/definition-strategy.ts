import { timestamp } from '../api.ts'
import { ensureObject, objectAt, objectsAt, setDefault, stringAt } from '../object.ts'
import { invalid } from '../schema/field-error.ts'
import { validateCrd } from '../schema/validate-crd.ts'
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
    return [['group'], ['scope'], ['names', 'kind'], ['names', 'plural']]
      .filter((field) => stringAt(now, ...field) !== stringAt(before, ...field))
      .map((field) => invalid(`spec.${field.join('.')}`, stringAt(now, ...field), 'field is immutable'))
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
