import {
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsAt,
  stringAt,
  stringsAt,
  valueAt,
} from '../object.ts'
import { since } from './duration.ts'
import type { Cell } from './table.ts'

/** The columns that many tables share. */

export function nameCell(object: JsonObject): string {
  return stringAt(object, 'metadata', 'name') ?? ''
}

export function ageCell(object: JsonObject, now: number): string {
  return since(valueAt(object, 'metadata', 'creationTimestamp'), now)
}

/** A count of the status or spec: 0 where it is not said. */
export function count(object: JsonObject, ...path: string[]): number {
  return numberAt(object, ...path) ?? 0
}

export function text(object: JsonObject, ...path: string[]): string {
  const value = valueAt(object, ...path)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

/** How many entries a map or list has. */
export function sizeOf(object: JsonObject, ...path: string[]): number {
  const value = valueAt(object, ...path)
  return Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0
}

/** Names and images of the containers of a pod template: two cells. */
export function containerCells(object: JsonObject, ...template: string[]): Cell[] {
  const containers = objectsAt(object, ...template, 'spec', 'containers')
  return [containers.map(({ name }) => name).join(','), containers.map(({ image }) => image).join(',')]
}

/** `app=web,tier=front`; `<none>` without labels. */
export function labelsCell(labels: JsonObject | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}=${String(value)}`)
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',')
}

/** A LabelSelector: `app=web,tier in (a,b),!old`; `<none>` for one that selects everything. */
export function selectorCell(object: JsonObject, ...path: string[]): string {
  const selector = objectAt(object, ...path)
  const labels = Object.entries(objectAt(selector, 'matchLabels') ?? {}).map(
    ([name, value]): [string, string] => [name, `${name}=${String(value)}`],
  )
  const expressions = objectsAt(selector, 'matchExpressions').map((one): [string, string] => [
    stringAt(one, 'key') ?? '',
    requirement(one),
  ])
  // By the key, whatever is asked of it.
  const parts = [...labels, ...expressions].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return parts.length === 0 ? '<none>' : parts.map(([, text]) => text).join(',')
}

function requirement(expression: JsonObject): string {
  const key = stringAt(expression, 'key') ?? ''
  const values = stringsAt(expression, 'values').sort().join(',')
  switch (expression.operator) {
    case 'In':
      return `${key} in (${values})`
    case 'NotIn':
      return `${key} notin (${values})`
    case 'DoesNotExist':
      return `!${key}`
    default:
      return key
  }
}

/** At most `most` of a list, and how many more there are. */
export function fewOf(list: readonly string[], most = 3): string {
  if (list.length === 0) return '<none>'
  const more = list.length > most ? ` + ${list.length - most} more...` : ''
  return `${list.slice(0, most).join(',')}${more}`
}
