import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { FakeApiServer, sendStatus, statusOf } from '../testing/index.ts'
import { pod } from '../testing/sample.ts'
import type { Client, WatchOptions } from './client.ts'
import { FakeClock } from './fake-clock.ts'
import { createClient } from './json-client.ts'
import { resources } from './resources.ts'

let server: FakeApiServer
let client: Client
const clock = new FakeClock()

beforeEach(async () => {
  server = await FakeApiServer.start()
  client = createClient(server.config, { clock })
})
afterEach(async () => {
  await client.close()
  await server.stop()
})

/** Follows a watch to its end. */
function follow(o: WatchOptions = {}): { seen: string[]; end: Promise<unknown> } {
  const seen: string[] = []
  const run = async (): Promise<string> => {
    for await (const { type, object } of client.watch(resources.pods, o)) {
      seen.push(`${type} ${object.metadata.name ?? object.metadata.resourceVersion}`)
    }
    return 'ended'
  }
  return { seen, end: run().catch((e: unknown) => e) }
}

const open = (): Promise<void> => eventually(() => expect(server.watches).toBe(1))

test('events arrive as they happen, bookmarks among them', async () => {
  const watch = follow({ resourceVersion: '100', allowWatchBookmarks: true, timeoutSeconds: 300 })
  await open()
  server.put(resources.pods, pod('a'))
  server.put(resources.pods, pod('a'))
  server.bookmark()
  server.remove(resources.pods, 'default/a')
  server.endWatches('end')
  expect(await watch.end).toBe('ended')
  expect(watch.seen).toEqual(['ADDED a', 'MODIFIED a', 'BOOKMARK 102', 'DELETED a'])
  expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual({
    resourceVersion: '100',
    allowWatchBookmarks: 'true',
    timeoutSeconds: '300',
    watch: 'true',
  })
})

test('an event may come in pieces, cut within a character', async () => {
  const watch = follow()
  await open()
  const bytes = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: pod('zoë') })}\n\n`)
  for (const byte of bytes) server.sendRaw(Uint8Array.of(byte))
  server.endWatches('end')
  expect(await watch.end).toBe('ended')
  expect(watch.seen).toEqual(['ADDED zoë'])
})

test.each(['end', 'cut'] as const)('half an event is no event: Unavailable (%s)', async (how) => {
  const watch = follow()
  await open()
  server.put(resources.pods, pod('a'))
  server.sendRaw('{"type":"ADDED","object":{"metadata"')
  await eventually(() => expect(watch.seen).toEqual(['ADDED a']))
  server.endWatches(how)
  expect(await watch.end).toMatchObject({ code: 'Unavailable' })
  expect(watch.seen).toEqual(['ADDED a'])
})

test.each([
  [410, 'Expired', 'Gone'],
  [500, 'InternalError', 'Internal'],
  [429, 'TooManyRequests', 'TooManyRequests'],
])('an ERROR event is thrown: %i %s', async (status, reason, code) => {
  const watch = follow()
  await open()
  server.sendRaw(`${JSON.stringify({ type: 'ERROR', object: statusOf(status, reason) })}\n`)
  expect(await watch.end).toMatchObject({ code, body: { reason } })
})

test.each([
  ['no JSON', 'this is no JSON\n'],
  ['no event', '{"kind":"Pod"}\n'],
  ['an event of no known type', '{"type":"RENAMED","object":{}}\n'],
])('%s is an error, not nothing', async (_, bytes) => {
  const watch = follow()
  await open()
  server.sendRaw(bytes)
  expect(await watch.end).toMatchObject({ code: 'Internal' })
})

test('a watch that is refused says why', async () => {
  server.fault = (_, response) => {
    sendStatus(response, 403, 'Forbidden')
    return true
  }
  expect(await follow().end).toMatchObject({ code: 'Forbidden' })
})

test('a socket on which nothing comes any more is given up', async () => {
  const watch = follow({ inactivityTimeout: 60_000 })
  await open()
  await clock.advance(0)
  server.put(resources.pods, pod('a'))
  await eventually(() => expect(watch.seen).toHaveLength(1))
  await clock.advance(59_999)
  server.bookmark()
  await eventually(() => expect(watch.seen).toHaveLength(2))
  await clock.advance(59_999)
  expect(await Promise.race([watch.end, 'still open'])).toBe('still open')
  await clock.advance(1)
  expect(await watch.end).toMatchObject({ code: 'Timeout' })
  await eventually(() => expect(server.watches).toBe(0))
})

test('a server that does not even begin the watch is given up', async () => {
  server.fault = () => true
  const watch = follow()
  await eventually(() => expect(server.requests).toHaveLength(1))
  await clock.advance(30_000)
  expect(await watch.end).toMatchObject({ code: 'Timeout' })
})

test('who stops listening closes the connection', async () => {
  server.put(resources.pods, pod('a'))
  for await (const _ of client.watch(resources.pods, { resourceVersion: '100' })) break
  await eventually(() => expect(server.watches).toBe(0))
  expect(clock.pending).toBe(0)
})

test('a signal ends a watch', async () => {
  const leave = new AbortController()
  const watch = follow({ signal: leave.signal })
  await open()
  leave.abort()
  expect(await watch.end).toMatchObject({ code: 'Aborted' })
})
