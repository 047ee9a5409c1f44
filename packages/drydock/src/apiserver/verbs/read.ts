import type { Answer, ListItem } from '../answer.ts'
import type { Api } from '../api.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import {
  continueExpired,
  decodeContinue,
  encodeContinue,
  parseRevision,
  revisionExpired,
} from '../selection/revisions.ts'
import { selectionOf } from '../selection/selection.ts'
import { badRequest, notFound } from '../status.ts'
import type { StoredRecord } from '../storage/record.ts'
import { present } from '../versions.ts'

/** The stored object a request names. Throws NotFound. */
export function findRecord(api: Api, request: ResourceRequest): StoredRecord {
  const { kind, namespace = '', name } = request
  const found = api.storage.get(kind.storedAs, namespace, name)
  if (found === undefined) throw notFound(kind, name)
  return found
}

export function get(api: Api, request: ResourceRequest): Answer {
  const { kind, namespace = '', name } = request
  const at = api.hooks.readAt?.(request)
  // A revision in the query only asks for something not older, which the newest state always is.
  parseRevision(request.query.get('resourceVersion'), api)
  const found =
    at === undefined
      ? findRecord(api, request)
      : api.storage.listAt(at, kind.storedAs, namespace)?.find((record) => record.name === name)
  if (found === undefined) throw notFound(kind, name)
  const { object, json } = present(found, kind)
  return { as: 'object', code: 200, kind, object, json }
}

export function list(api: Api, request: ResourceRequest): Answer {
  const { kind, namespace, query } = request
  const limit = limitOf(query)
  const token = query.get('continue')
  const position = token ? decodeContinue(token) : undefined
  const exact = exactRevision(api, request)
  const revision = position?.revision ?? exact ?? api.hooks.readAt?.(request) ?? api.storage.revision
  const all = api.storage.listAt(revision, kind.storedAs, namespace)
  if (all === undefined) throw position ? continueExpired() : revisionExpired(revision, api.storage.revision)

  const selection = selectionOf(request)
  const rest = position === undefined ? all : all.filter((record) => record.key > position.after)
  const matching = selection.everything ? rest : rest.filter((record) => selection.matches(record))
  const page = limit === 0 ? matching : matching.slice(0, limit)
  const last = page.at(-1)
  const remaining = matching.length - page.length
  return {
    as: 'list',
    kind,
    metadata: {
      resourceVersion: String(revision),
      ...(remaining > 0 && last !== undefined
        ? { continue: encodeContinue({ revision, after: last.key }) }
        : {}),
      ...(remaining > 0 && selection.everything ? { remainingItemCount: remaining } : {}),
    },
    items: page.map((record): ListItem => present(record, kind)),
  }
}

function limitOf(query: URLSearchParams): number {
  const text = query.get('limit')
  if (text === null || text === '') return 0
  if (!/^\d+$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

/** The revision of `resourceVersionMatch=Exact`; without it any newer state will do, and the newest is given. */
function exactRevision(api: Api, { query }: ResourceRequest): number | undefined {
  const match = query.get('resourceVersionMatch')
  const text = query.get('resourceVersion')
  if (match !== null && !query.get('watch') && (text === null || text === '')) {
    throw badRequest(
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    )
  }
  const revision = parseRevision(text, api)
  return match === 'Exact' ? revision : undefined
}
