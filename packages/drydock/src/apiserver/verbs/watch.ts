import type { ServerResponse } from 'node:http'
import type { Answer, ListItem } from '../answer.ts'
import type { Api } from '../api.ts'
import { crdResource } from '../registry.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { shapeOf } from '../respond.ts'
import { listOptions } from '../selection/list-options.ts'
import { parseRevision, revisionExpired, unreadable } from '../selection/revisions.ts'
import { type Selection, selectionOf } from '../selection/selection.ts'
import { ApiError, toApiError } from '../status.ts'
import type { Change } from '../storage/record.ts'
import { present } from '../versions.ts'
import { EventSender } from './event-sender.ts'

/** How often a quiet watch says where it is, in ms; a real server does so about once a minute. */
const bookmarkEvery = 60_000

interface WatchOptions {
  readonly from: number | undefined
  readonly bookmarks: boolean
  readonly initialEvents: boolean
  /** Milliseconds. */
  readonly timeout: number
}

/** Streams what happens to the selected objects until the client goes, the time is up or the server closes. */
export function watch(api: Api, request: ResourceRequest): Answer {
  const selection = selectionOf(request)
  const options = watchOptions(api, request)
  return {
    as: 'stream',
    run: async (incoming, response) => {
      const sender = new EventSender(api, request, response, shapeOf(incoming, request.query))
      await stream(api, request, selection, options, sender, response)
    },
  }
}

function watchOptions(api: Api, { query }: ResourceRequest): WatchOptions {
  const { sendInitialEvents, bookmarks, timeoutSeconds, resourceVersion } = listOptions(query, true)
  if (!/^\d*$/.test(resourceVersion)) throw new ApiError(500, '', unreadable(resourceVersion))
  const from = parseRevision(resourceVersion, api)
  return {
    // With initial events the state sent is the newest, whatever older revision was named.
    from:
      sendInitialEvents === undefined ? from : sendInitialEvents ? undefined : (from ?? api.storage.revision),
    bookmarks,
    initialEvents: sendInitialEvents === true,
    timeout: (timeoutSeconds > 0 ? timeoutSeconds : 1800 + Math.floor((api.clock.now() % 1000) * 1.8)) * 1000,
  }
}

async function stream(
  api: Api,
  request: ResourceRequest,
  selection: Selection,
  options: WatchOptions,
  sender: EventSender,
  response: ServerResponse,
): Promise<void> {
  const { kind, namespace } = request
  const send = (change: Change) => {
    if (namespace !== undefined && change.record.namespace !== namespace) return
    const event = eventFor(change, selection)
    if (event !== undefined) sender.send(event.type, present(event.item, kind))
  }
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  // Everything up to the subscription is synchronous: no change can fall between the past and the present.
  const past = begin(api, request, selection, options, sender)
  if (past instanceof ApiError) {
    sender.error(past.status)
    await sender.end()
    return
  }
  for (const change of past) send(change)
  const unsubscribe = api.storage.subscribe(kind.storedAs, send)
  // What is watched may cease to be a kind.
  const gone = new AbortController()
  const unsubscribeKinds = api.storage.subscribe(crdResource, () => {
    if (api.registry.resolve(kind.group, kind.version, kind.plural) === undefined) gone.abort()
  })
  try {
    await untilOver(api, AbortSignal.any([request.signal, gone.signal]), options, sender)
  } finally {
    unsubscribe()
    unsubscribeKinds()
  }
  if (options.bookmarks && !request.signal.aborted) sender.bookmark(api.storage.revision)
  await sender.end()
}

/** Sends the present state where that was asked for; gives the changes since the revision named, or why it cannot. */
function begin(
  api: Api,
  request: ResourceRequest,
  selection: Selection,
  options: WatchOptions,
  sender: EventSender,
): Change[] | ApiError {
  const { kind, namespace } = request
  try {
    if (options.from !== undefined) {
      const changes = api.storage.changesSince(options.from, kind.storedAs)
      if (changes === undefined) throw revisionExpired(options.from, api.storage.oldestRevision)
      return changes
    }
    for (const record of api.storage.list(kind.storedAs, namespace)) {
      if (selection.matches(record)) sender.send('ADDED', present(record, kind))
    }
    if (options.initialEvents && options.bookmarks) sender.bookmark(api.storage.revision, true)
    return []
  } catch (error) {
    return toApiError(error)
  }
}

async function untilOver(
  api: Api,
  signal: AbortSignal,
  options: WatchOptions,
  sender: EventSender,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let bookmark: { cancel(): void } | undefined
  const nextBookmark = () => {
    bookmark = api.clock.setTimer(bookmarkEvery, () => {
      sender.bookmark(api.storage.revision)
      nextBookmark()
    })
  }
  if (options.bookmarks) nextBookmark()
  const timeout = api.clock.setTimer(options.timeout, resolve)
  const over = () => resolve()
  if (signal.aborted) resolve()
  signal.addEventListener('abort', over, { once: true })
  await promise
  signal.removeEventListener('abort', over)
  timeout.cancel()
  bookmark?.cancel()
}

/** What a change is to somebody who sees only the selected objects: coming into sight is ADDED, leaving it DELETED. */
function eventFor(
  { type, record, previous }: Change,
  selection: Selection,
): { type: Change['type']; item: ListItem } | undefined {
  if (selection.everything) return { type, item: record }
  const before = previous !== undefined && selection.matches(previous)
  const after = type !== 'DELETED' && selection.matches(record)
  if (after) return { type: before ? 'MODIFIED' : 'ADDED', item: record }
  if (!before || previous === undefined) return undefined
  if (type === 'DELETED') return { type, item: record }
  // The last state that was in sight, at the revision at which it left.
  const object = previous.copy()
  object.metadata.resourceVersion = String(record.revision)
  return { type: 'DELETED', item: { object, json: JSON.stringify(object) } }
}
