/** Which fields two states of an object differ in, as a person reads paths: `spec.template.spec.containers[operator].image`. */
import { isDeepStrictEqual } from 'node:util'

export interface Difference {
  readonly field: string
  readonly from: unknown
  readonly to: unknown
}

/** What the server keeps by itself: it tells nothing about what was changed. */
const ofTheServer = [
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.uid',
  'metadata.creationTimestamp',
  'status',
]

export function differences(from: unknown, to: unknown, path = ''): Difference[] {
  if (ofTheServer.includes(path)) return []
  if (isRecord(from) && isRecord(to)) {
    const names = new Set([...Object.keys(from), ...Object.keys(to)])
    return [...names].flatMap((name) =>
      differences(from[name], to[name], path === '' ? name : `${path}.${name}`),
    )
  }
  if (Array.isArray(from) && Array.isArray(to)) return differencesOfLists(from, to, path)
  return Object.is(from, to) ? [] : [{ field: path, from, to }]
}

/** Items that have names are compared by them; others by their places, or as a whole where those have moved. */
function differencesOfLists(from: readonly unknown[], to: readonly unknown[], path: string): Difference[] {
  const keys = new Set([...from, ...to].map(nameOf))
  if (keys.has(undefined)) {
    const inPlace = from.length === to.length && from.every(isRecord)
    if (!inPlace) return isDeepStrictEqual(from, to) ? [] : [{ field: path, from, to }]
    return from.flatMap((item, i) => differences(item, to[i], `${path}[${i}]`))
  }
  return [...keys].flatMap((key) =>
    differences(
      from.find((item) => nameOf(item) === key),
      to.find((item) => nameOf(item) === key),
      `${path}[${key}]`,
    ),
  )
}

function nameOf(item: unknown): string | undefined {
  return isRecord(item) && typeof item['name'] === 'string' ? item['name'] : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
