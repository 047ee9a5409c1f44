import type { Answer, ListItem } from '../answer.ts'
import type { Api } from '../api.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { type ListOptions, listOptions } from '../selection/list-options.ts'
import {
  continueExpired,
  decodeContinue,
  encodeContinue,
  parseRevision,
  revisionExpired,
  unreadable,
} from '../selection/revisions.ts'
import { selectionOf } from '../selection/selection.ts'
import { ApiError, badRequest, notFound } from '../status.ts'
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
  const asked = request.query.get('resourceVersion') ?? ''
  if (!/^\d*$/.test(asked)) throw new ApiError(500, '', unreadable(asked))
  // A revision in the query only asks for something not older, which the newest state always is.
  parseRevision(asked, api)
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
  const options = listOptions(query, false)
  const position = options.continue === '' ? undefined : decodeContinue(options.continue)
  const exact = exactRevision(api, options)
  const revision = position?.revision ?? exact ?? api.hooks.readAt?.(request) ?? api.storage.revision
  const all = api.storage.listAt(revision, kind.storedAs, namespace)
  if (all === undefined) throw position ? continueExpired() : revisionExpired(revision, api.storage.revision)

  const selection = selectionOf(request)
  const rest = position === undefined ? all : all.filter((record) => record.key > position.after)
  const matching = selection.everything ? rest : rest.filter((record) => selection.matches(record))
  const page = options.limit === 0 ? matching : matching.slice(0, options.limit)
  const last = page.at(-1)
  const remaining = matching.length - page.length
  return {
    as: 'list',
    kind,
    metadata: {
      // Lists of custom objects have no type that would leave it out.
      ...(kind.crd === undefined ? {} : { continue: '' }),
      resourceVersion: String(revision),
      ...(remaining > 0 && last !== undefined
        ? { continue: encodeContinue({ revision, after: last.key }) }
        : {}),
      ...(remaining > 0 && selection.everything ? { remainingItemCount: remaining } : {}),
    },
    items: page.map((record): ListItem => present(record, kind)),
  }
}

/** The revision of an exact list; otherwise any newer state will do, and the newest is given. */
function exactRevision(
  api: Api,
  { match, limit, resourceVersion, ...options }: ListOptions,
): number | undefined {
  const revision = parseRevision(resourceVersion, api)
  if (revision !== undefined && options.continue !== '')
    throw badRequest('specifying resource version is not allowed when using continue')
  // Older clients page through one moment without naming how they mean it.
  return match === 'Exact' || (match === '' && limit > 0) ? revision : undefined
}
