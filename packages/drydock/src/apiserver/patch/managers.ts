import { isObject, type JsonObject, stringAt } from '../object.ts'
import { type FieldSet, fromFieldsV1, isEmpty, toFieldsV1, union } from './field-set.ts'

/** Who owns which fields: an entry of `metadata.managedFields`. */
export interface Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource?: string
  /** When it last changed the object, RFC 3339 to the second; absent for one that only joined in owning what was there. */
  readonly time?: string
  readonly fields: FieldSet
}

/** Managers by identity. */
export type Managers = ReadonlyMap<string, Manager>

/** What makes two writes come from one manager. An applier is the same in every version of the kind. */
export function identityOf(manager: Omit<Manager, 'fields' | 'time'>): string {
  const { name, operation, apiVersion, subresource = '' } = manager
  return JSON.stringify([name, operation, operation === 'Apply' ? '' : apiVersion, subresource])
}

/** Reads `metadata.managedFields`; undefined where it is not well-formed. */
export function readManagers(list: unknown): Managers | undefined {
  if (list === undefined || list === null) return new Map()
  if (!Array.isArray(list)) return undefined
  const managers = new Map<string, Manager>()
  for (const entry of list) {
    const manager = readManager(entry)
    if (manager === undefined) return undefined
    managers.set(identityOf(manager), manager)
  }
  return managers
}

function readManager(entry: unknown): Manager | undefined {
  if (!isObject(entry)) return undefined
  const { operation } = entry
  const apiVersion = stringAt(entry, 'apiVersion')
  if (operation !== 'Apply' && operation !== 'Update') return undefined
  if (apiVersion === undefined || apiVersion === '' || entry.fieldsType !== 'FieldsV1') return undefined
  const [subresource, time] = [stringAt(entry, 'subresource'), stringAt(entry, 'time')]
  try {
    return {
      name: stringAt(entry, 'manager') ?? '',
      operation,
      apiVersion,
      ...(subresource === undefined || subresource === '' ? {} : { subresource }),
      ...(time === undefined ? {} : { time }),
      fields: fromFieldsV1(entry.fieldsV1),
    }
  } catch {
    // A key element that is not JSON.
    return undefined
  }
}

/** `metadata.managedFields`: appliers first, then by time. */
export function writeManagers(managers: Managers): JsonObject[] {
  return [...managers.values()].sort(byOperationAndTime).map((manager) => ({
    ...(manager.name === '' ? {} : { manager: manager.name }),
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(manager.fields),
    ...(manager.subresource === undefined ? {} : { subresource: manager.subresource }),
  }))
}

function byOperationAndTime(a: Manager, b: Manager): number {
  const sortable = (m: Manager): string[] => [
    m.operation,
    m.time ?? '',
    m.name,
    m.apiVersion,
    m.subresource ?? '',
  ]
  const [left, right] = [sortable(a), sortable(b)]
  const differs = left.findIndex((part, index) => part !== right[index])
  return differs === -1 ? 0 : (left[differs] ?? '') < (right[differs] ?? '') ? -1 : 1
}

/** The managers without those that own nothing. */
export function withoutIdle(managers: Iterable<readonly [string, Manager]>): Map<string, Manager> {
  return new Map([...managers].filter(([, manager]) => !isEmpty(manager.fields)))
}

/** At most this many updaters are told apart: `DefaultMaxUpdateManagers` of apimachinery. */
const maxUpdaters = 10

/** Folds the oldest updaters of each version into `ancient-changes` when there are too many, so that objects stay small. */
export function capUpdaters(managers: Managers): Managers {
  const updaters = [...managers].filter(([, manager]) => manager.operation === 'Update')
  let excess = updaters.length - maxUpdaters
  if (excess <= 0) return managers
  updaters.sort(([, a], [, b]) => byOperationAndTime(a, b))
  const result = new Map(managers)
  const first = new Map<string, [string, Manager]>()
  for (const [identity, manager] of updaters) {
    if (excess <= 0) break
    const { apiVersion, time } = manager
    const bucket = { name: 'ancient-changes', operation: 'Update' as const, apiVersion }
    const into = identityOf(bucket)
    const oldest = first.get(apiVersion)
    if (oldest === undefined) {
      first.set(apiVersion, [identity, manager])
      continue
    }
    const held = result.get(into) ?? oldest[1]
    result.delete(oldest[0])
    result.delete(identity)
    result.set(into, {
      ...bucket,
      ...(time === undefined ? {} : { time }),
      fields: union(held.fields, manager.fields),
    })
    excess -= 1
  }
  return result
}
