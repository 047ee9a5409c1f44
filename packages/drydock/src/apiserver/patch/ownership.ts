import type { JsonObject } from '../object.ts'
import { anything, type TypeSchema } from '../schema/type-schema.ts'
import { type Comparison, compare } from './compare.ts'
import { type Conflict, conflictsWith } from './conflict.ts'
import {
  difference,
  differenceBelow,
  type FieldSet,
  fieldElement,
  fieldSet,
  intersection,
  isEmpty,
  node,
  union,
} from './field-set.ts'
import { type Manager, type Managers, withoutIdle } from './managers.ts'

/** Fields nobody owns: they name the object, or the server alone writes them. */
const ownerless = fieldSet(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['f:metadata', fieldElement(name)]),
)

export function withoutOwnerless(fields: FieldSet): FieldSet {
  return difference(fields, ownerless)
}

/**
 * Which top-level fields a write through one endpoint may own; those it resets (the status through the main resource,
 * all else through `/status`) belong to nobody who wrote them there.
 */
export interface Reach {
  readonly only?: readonly string[]
  readonly except?: readonly string[]
}

export function within(fields: FieldSet, reach: Reach | undefined): FieldSet {
  if (reach?.only !== undefined) {
    const elements = new Set(reach.only.map(fieldElement))
    return node(
      false,
      [...fields.children].filter(([element]) => elements.has(element)),
    )
  }
  return differenceBelow(fields, fieldSet(...(reach?.except ?? []).map((name) => [fieldElement(name)])))
}

/** What an object holds that managers can own: all but `managedFields` itself. */
export function withoutManagers(object: JsonObject): JsonObject {
  const { metadata } = object
  if (typeof metadata !== 'object' || metadata === null || !('managedFields' in metadata)) return object
  const { managedFields: _, ...rest } = metadata
  return { ...object, metadata: rest }
}

export interface Transfer {
  readonly managers: Map<string, Manager>
  readonly comparison: Comparison
  /** Fields of others that changed: a conflict for an applier that does not force. */
  readonly conflicts: Conflict[]
}

/** Takes from every manager but `self` what changed or went between two states of an object. */
export function transfer(
  o: { before: JsonObject; after: JsonObject; managers: Managers; self: string; reach?: Reach | undefined },
  schema: TypeSchema = anything,
): Transfer {
  const whole = compare(o.before, o.after, schema)
  const comparison = {
    added: within(whole.added, o.reach),
    modified: within(whole.modified, o.reach),
    removed: within(whole.removed, o.reach),
  }
  const changed = union(comparison.modified, comparison.added)
  const conflicts: Conflict[] = []
  const managers = new Map<string, Manager>()
  for (const [identity, manager] of o.managers) {
    if (identity === o.self) {
      managers.set(identity, manager)
      continue
    }
    const taken = intersection(manager.fields, changed)
    if (!isEmpty(taken)) conflicts.push(...conflictsWith(manager, taken))
    const fields = difference(difference(manager.fields, taken), comparison.removed)
    managers.set(identity, { ...manager, fields })
  }
  return { managers: withoutIdle(managers), comparison, conflicts }
}
