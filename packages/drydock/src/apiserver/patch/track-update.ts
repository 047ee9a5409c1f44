import { isObject, type JsonObject, objectAt, valueAt } from '../object.ts'
import { emptyObject } from '../schema/empty-object.ts'
import { anything, type TypeSchema } from '../schema/type-schema.ts'
import { type FieldSet, isEmpty, union } from './field-set.ts'
import {
  capUpdaters,
  identityOf,
  type Manager,
  type Managers,
  readManagers,
  writeManagers,
} from './managers.ts'
import { type Reach, transfer, within, withoutManagers, withoutOwnerless } from './ownership.ts'

export interface TrackOptions {
  /** The object as it is stored; absent for a create. */
  readonly old?: JsonObject | undefined
  /** The object to be stored, of the kind's version in the request. */
  readonly object: JsonObject
  /** `fieldManager` of the request, or the first part of its User-Agent. */
  readonly manager: string
  readonly schema?: TypeSchema | undefined
  readonly subresource?: string | undefined
  readonly reach?: Reach | undefined
  /** RFC 3339 to the second. */
  readonly now: string
}

/**
 * The object with the `metadata.managedFields` that a create, update or patch leaves behind: its manager owns what it
 * changed, and the others no longer do. `managedFields: []` in the object resets the tracking of it.
 */
export function trackUpdate(o: TrackOptions): JsonObject {
  const sent = valueAt(o.object, 'metadata', 'managedFields')
  // A subresource cannot write managedFields.
  const before = o.subresource === undefined ? managersOf(sent, o.old) : storedManagers(o.old)
  const known = before.size > 0 || o.old === undefined || valueAt(o.old, 'metadata', 'uid') === undefined
  const object = withoutManagers(o.object)
  // Nobody tracks the object: an update does not begin to, the next apply does.
  if (!known) return object
  const old = o.old === undefined ? emptyObject(o.schema ?? anything) : withoutManagers(o.old)
  return withManagers(object, updated(old, object, before, o))
}

/** The managers after an update by `o.manager`. */
export function updated(
  before: JsonObject,
  after: JsonObject,
  known: Managers,
  o: Pick<TrackOptions, 'manager' | 'schema' | 'subresource' | 'reach' | 'now'>,
): Managers {
  // No identity is empty: what this very manager wrote before is taken from it and given back, like everybody's.
  const { managers, comparison } = transfer(
    { before, after, managers: known, self: '', reach: o.reach },
    o.schema,
  )
  const changed = union(comparison.modified, comparison.added)
  const fields: FieldSet = withoutOwnerless(within(changed, o.reach))
  if (isEmpty(fields)) return capUpdaters(managers)
  const self = {
    name: o.manager === '' ? 'unknown' : o.manager,
    operation: 'Update' as const,
    apiVersion: typeof after.apiVersion === 'string' ? after.apiVersion : '',
    ...(o.subresource === undefined ? {} : { subresource: o.subresource }),
  }
  const identity = identityOf(self)
  const earlier = managers.get(identity)
  const all = earlier === undefined ? fields : union(fields, earlier.fields)
  const entry: Manager = { ...self, time: o.now, fields: all }
  return capUpdaters(new Map(managers).set(identity, entry))
}

export function withManagers(object: JsonObject, managers: Managers): JsonObject {
  if (managers.size === 0) return withoutManagers(object)
  return { ...object, metadata: { ...objectAt(object, 'metadata'), managedFields: writeManagers(managers) } }
}

/** The managers of an object as it is stored: none where they cannot be read. */
export function storedManagers(object: JsonObject | undefined): Managers {
  return readManagers(valueAt(object, 'metadata', 'managedFields')) ?? new Map()
}

/** Those the request says, else those stored: a client that does not know the field would drop them without meaning to. */
function managersOf(sent: unknown, old: JsonObject | undefined): Managers {
  if (isReset(sent)) return new Map()
  const said = readManagers(sent)
  return said === undefined || said.size === 0 ? storedManagers(old) : said
}

function isReset(sent: unknown): boolean {
  if (!Array.isArray(sent)) return false
  return sent.length === 0 || (sent.length === 1 && isObject(sent[0]) && Object.keys(sent[0]).length === 0)
}
