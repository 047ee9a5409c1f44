/** What cases compare: answers without what differs from run to run. */
import type { Json, Reply } from './api.ts'
import { uniqueNames } from './cluster.ts'

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
/** Some refusals quote all that was sent, as JSON. */
const wholeObject = /Invalid value: "\{(?:[^"\\]|\\.)*\}"/g
const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/**
 * A copy in which names made by `unique` are their prefixes alone, uids are UID, times TIME, resource versions VERSION,
 * and objects that are quoted whole OBJECT.
 */
export function plain(value: Json): Json {
  const names = uniqueNames().sort((a, b) => b.length - a.length)
  const text = (from: string) =>
    names
      .reduce((result, name) => result.replaceAll(name, name.replace(/-[^-]*$/, '')), from)
      .replace(uuid, 'UID')
      .replace(instant, 'TIME')
      .replace(wholeObject, 'Invalid value: "OBJECT"')
  const walk = (node: Json): Json => {
    if (typeof node === 'string') return text(node)
    if (Array.isArray(node)) return node.map(walk)
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(
      Object.entries(node).map(([key, child]) => [
        text(key),
        key === 'resourceVersion' && typeof child === 'string' && /^\d{1,15}$/.test(child)
          ? 'VERSION'
          : walk(child),
      ]),
    )
  }
  return walk(value)
}

/**
 * What was refused and why: the whole Status but for what every failure has, which is checked here. Causes that say no
 * more than the message does are `FIELD REASON`.
 */
export function refusal({ code, headers, body }: Reply): Json {
  const { kind, apiVersion, metadata, status, code: inBody, ...said } = body
  const frame = { type: headers['content-type'], kind, apiVersion, metadata, status, inBody }
  const wanted = {
    type: 'application/json',
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    inBody: code,
  }
  if (JSON.stringify(frame) !== JSON.stringify(wanted))
    throw new Error(`not the Status of a failure: ${code} ${JSON.stringify(frame)} ${JSON.stringify(body)}`)
  const causes: Json[] = said.details?.causes ?? []
  const texts = causes.map(({ field, message }) => `${field}: ${message}`)
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  if (texts.length > 0 && said.message.endsWith(text))
    said.details = { ...said.details, causes: causes.map(({ field, reason }) => `${field} ${reason}`) }
  return plain({ code, ...said })
}

/** An answer that is no failure, with its code; of a failure the Status. */
export function answer({ code, body }: Reply): Json {
  return plain({ code, body })
}

/** Texts of the `Warning` headers, as they stand there: `299 - "text"`. */
export function warnings({ headers }: Reply): string[] {
  const { warning } = headers
  return warning === undefined ? [] : warning.split(/, (?=\d{3} - ")/).map(plain)
}
