/** Objects and events as a case compares them: without what no two servers share. */
import { stringify } from 'yaml'
import type { Json } from './api.ts'
import { api, until } from './cluster.ts'

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** As YAML with sorted keys, so that it can stand in a case; see {@link masked} for `names`. */
export function sheet(value: Json, names: Record<string, string> = {}): string {
  const options = { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false }
  return stringify(masked(value, names), options).trimEnd()
}

/**
 * The value with `<uid>` for uids, `<time>` for times, `<version>` for resource versions and `<node>` for the suite's
 * nodes, and without managedFields.
 * @param names what else to write otherwise: `{ [ns]: 'NS', [hash]: 'HASH' }`
 */
export function masked(value: Json, names: Record<string, string> = {}): Json {
  if (typeof value === 'string') return text(value, names)
  if (Array.isArray(value)) return value.map((one) => masked(one, names))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => key !== 'managedFields')
  return Object.fromEntries(
    entries.map(([key, one]) => [
      text(key, names),
      key === 'resourceVersion' ? '<version>' : masked(one, names),
    ]),
  )
}

function text(value: string, names: Record<string, string>): string {
  if (time.test(value)) return '<time>'
  const known = Object.entries(names).reduce((all, [from, to]) => all.replaceAll(from, to), value)
  return known.replace(uuid, '<uid>').replace(/case-node-\d/g, '<node>')
}

/** `TYPE STATUS REASON: MESSAGE` of each condition, sorted. */
export function conditions(object: Json, names: Record<string, string> = {}): string[] {
  const all: Json[] = object.status?.conditions ?? []
  const line = (c: Json) =>
    `${c.type} ${c.status}${c.reason ? ` ${c.reason}` : ''}${c.message ? `: ${c.message}` : ''}`
  return all.map((c) => text(line(c), names)).sort()
}

/**
 * What the events of an object say: `FROM TYPE REASON: MESSAGE`, sorted, without how often.
 * Waits until there are as many of them as `count` says.
 */
export async function eventsOf(
  ns: string,
  kind: string,
  name: string,
  count: number,
  names: Record<string, string> = {},
): Promise<string[]> {
  const selector = `involvedObject.kind=${kind},involvedObject.name=${name}`
  const items = await until(async () => {
    const all: Json[] = (await api.get(`/api/v1/namespaces/${ns}/events?fieldSelector=${selector}`)).body
      .items
    return all.length >= count && all
  })
  const line = (e: Json) =>
    `${e.source?.component || e.reportingComponent} ${e.type} ${e.reason}: ${e.message}`
  return items.map((e) => text(line(e), { ...names, [ns]: 'NS' })).sort()
}
