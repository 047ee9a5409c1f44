import { isObject, type JsonObject, sameJson, stringAt, valueAt } from '../object.ts'
import { emptyObject } from '../schema/empty-object.ts'
import { anything, type TypeSchema } from '../schema/type-schema.ts'
import { ApiError } from '../status.ts'
import { clientSideApplied, withLastApplied } from './client-side-apply.ts'
import type { Conflict } from './conflict.ts'
import { difference, type FieldSet, fieldSet, intersection, isEmpty, union } from './field-set.ts'
import { identityOf, type Manager, type Managers, withoutIdle } from './managers.ts'
import { merge } from './merge.ts'
import { ownedFields } from './owned-fields.ts'
import { type Reach, transfer, within, withoutManagers, withoutOwnerless } from './ownership.ts'
import { removeFields, withNamedFields, withoutNulls } from './remove.ts'
import { storedManagers, updated, withManagers } from './track-update.ts'
import { typeFault } from './type-fault.ts'

export interface ApplyOptions {
  /** The object as it is stored; absent where the apply creates it. */
  readonly live?: JsonObject | undefined
  /** What the request says, complete with apiVersion, kind and metadata.name. */
  readonly applied: JsonObject
  /** The namespace that the request itself names, for messages; unless given, that of `applied`. */
  readonly namespace?: string
  readonly manager: string
  readonly force: boolean
  readonly schema?: TypeSchema | undefined
  readonly subresource?: string | undefined
  readonly reach?: Reach | undefined
  /** RFC 3339 to the second. */
  readonly now: string
}

export type Applied = { readonly object: JsonObject } | { readonly conflicts: readonly Conflict[] }

/**
 * Server-side apply: the object with what the manager says merged in, what it said before and no longer does removed
 * unless another owns it, and its ownership written to `metadata.managedFields`. README.md beside this file explains.
 * @throws ApiError `BadRequest` for an `applied` that the schema cannot hold.
 */
export function applyPatch(o: ApplyOptions): Applied {
  if (valueAt(o.applied, 'metadata', 'managedFields') !== undefined) {
    throw new ApiError(400, 'BadRequest', 'metadata.managedFields must be nil')
  }
  const schema = o.schema ?? anything
  checkTyped(o, schema)
  const first = attempt(o, schema, o.force)
  if (o.manager !== 'kubectl' || o.live === undefined) return first
  // What kubectl itself wrote by client-side apply is no conflict when it comes back to apply on the server.
  if ('object' in first) return { object: withLastApplied(first.object, o.applied) }
  const own = clientSideApplied(o.live, schema)
  const left = first.conflicts.filter(({ path }) => isEmpty(intersection(own, fieldSet(path))))
  if (left.length > 0) return { conflicts: left }
  const forced = attempt(o, schema, true)
  return 'object' in forced ? { object: withLastApplied(forced.object, o.applied) } : forced
}

function attempt(o: ApplyOptions, schema: TypeSchema, force: boolean): Applied {
  const live = o.live === undefined ? {} : withoutManagers(o.live)
  const known = managersBefore(o, live)
  const self: Omit<Manager, 'fields' | 'time'> = {
    name: o.manager,
    operation: 'Apply',
    apiVersion: stringAt(o.applied, 'apiVersion') ?? '',
    ...(o.subresource === undefined ? {} : { subresource: o.subresource }),
  }
  const identity = identityOf(self)
  const last = known.get(identity)
  const fields = within(ownedFields(o.applied, schema), o.reach)
  const time = last?.time === undefined ? {} : { time: last.time }
  const managers = new Map(known).set(identity, { ...self, ...time, fields })
  const merged = merge(live, o.applied, schema)
  const after = prune(merged, managers, last?.fields, schema)
  const result = transfer({ before: live, after, managers, self: identity, reach: o.reach }, schema)
  if (result.conflicts.length > 0 && !force) return { conflicts: result.conflicts }
  const owned = withoutIdle(
    [...result.managers].map(([key, manager]) => {
      if (key !== identity) return [key, manager]
      const changedAt = sameJson(live, after) ? {} : { time: o.now }
      return [key, { ...manager, ...changedAt, fields: withoutOwnerless(manager.fields) }]
    }),
  )
  const object = withoutNulls(after, schema)
  return { object: withManagers(isObject(object) ? object : {}, owned) }
}

/** Those stored; where nobody tracked the object yet, all it holds belongs to `before-first-apply`. */
function managersBefore(o: ApplyOptions, live: JsonObject): Managers {
  const stored = storedManagers(o.live)
  if (stored.size > 0 || o.live === undefined) return stored
  return updated(emptyObject(o.schema ?? anything), live, stored, {
    manager: 'before-first-apply',
    now: o.now,
    schema: o.schema,
  })
}

/** `merged` without what the manager applied last time, does not apply now, and nobody else owns. */
function prune(
  merged: unknown,
  managers: Managers,
  last: FieldSet | undefined,
  schema: TypeSchema,
): JsonObject {
  if (!isObject(merged)) throw new ApiError(400, 'BadRequest', 'an object is to be applied')
  if (last === undefined || isEmpty(last)) return merged
  const named = (fields: FieldSet): FieldSet => withNamedFields(fields, schema)
  const all = named(ownedFields(merged, schema))
  const without = removeFields(merged, named(last), schema) ?? {}
  const owned = [...managers.values()].reduce((set, manager) => union(set, manager.fields), named(fieldSet()))
  // Removing a path removes what is below it, so what others own there is put back, and then what nobody owned.
  const orphaned = difference(all, union(named(ownedFields(without, schema)), named(owned)))
  const ownedKept = removeFields(merged, orphaned, schema) ?? {}
  const gone = intersection(difference(all, named(ownedFields(ownedKept, schema))), named(last))
  const pruned = removeFields(merged, gone, schema)
  return isObject(pruned) ? pruned : {}
}

/** Throws what the real server answers to an object that does not fit its type: an error of its own, without a reason. */
function checkTyped({ applied, ...o }: ApplyOptions, schema: TypeSchema): void {
  const fault = typeFault(applied, schema)
  if (fault === undefined) return
  const namespace = o.namespace ?? stringAt(applied, 'metadata', 'namespace') ?? ''
  const name = stringAt(applied, 'metadata', 'name') ?? ''
  const apiVersion = stringAt(applied, 'apiVersion') ?? ''
  const kind = `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${stringAt(applied, 'kind') ?? ''}`
  throw new ApiError(500, '', `failed to create typed patch object (${namespace}/${name}; ${kind}): ${fault}`)
}
