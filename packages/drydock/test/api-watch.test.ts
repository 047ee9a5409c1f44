import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ApiHooks } from '../src/apiserver/hooks.ts'
import { stringAt } from '../src/apiserver/object.ts'
import { type SeenEvent, startTestServer, type TestServer } from './api-client.ts'

let api: TestServer
let hooks: ApiHooks
const path = '/api/v1/namespaces/default/configmaps'
beforeEach(async () => {
  hooks = {}
  api = await startTestServer({ hooks, storage: { keepChanges: 50, keepInMemory: 5 } })
})
afterEach(() => api.close())

const create = (name: string, labels: object = {}) =>
  api.call('POST', path, { body: { metadata: { name, labels } } })
const label = (name: string, labels: object) =>
  api.call('PATCH', `${path}/${name}`, {
    body: { metadata: { labels } },
    contentType: 'application/merge-patch+json',
  })
const revision = async () => stringAt((await api.call('GET', path)).body, 'metadata', 'resourceVersion') ?? ''
const seen = (events: readonly SeenEvent[]) =>
  events.map(({ type, object }) => `${type} ${stringAt(object, 'metadata', 'name') ?? ''}`)

test('a watch sees what happened since the revision of a list, also what the memory no longer holds', async () => {
  const from = await revision()
  for (let index = 0; index < 20; index += 1) await create(`c${index}`)
  await api.restart()
  const watching = api.watch(`${path}?watch=true&resourceVersion=${from}`)
  await api.call('DELETE', `${path}/c3`)
  const events = await watching.until((all) => all.length === 21)
  expect(seen(events).slice(0, 2)).toEqual(['ADDED c0', 'ADDED c1'])
  expect(seen(events).at(-1)).toBe('DELETED c3')
  const revisions = events.map(({ object }) => Number(stringAt(object, 'metadata', 'resourceVersion')))
  expect(revisions).toEqual([...revisions].sort((a, b) => a - b))
  watching.stop()
})

test('a watch without a revision begins with what is there', async () => {
  await create('a')
  const watching = api.watch(`${path}?watch=true`)
  await watching.until((all) => all.length === 1)
  await create('b')
  expect(seen(await watching.until((all) => all.length === 2))).toEqual(['ADDED a', 'ADDED b'])
  watching.stop()
})

test('a watch from before the log was cut ends with 410, and from the future with 504', async () => {
  const from = await revision()
  for (let index = 0; index < 80; index += 1) await create(`c${index}`)
  const watching = api.watch(`${path}?watch=true&resourceVersion=${from}`)
  await watching.untilEnded()
  expect(watching.events).toMatchObject([
    { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } },
  ])
  expect((await api.call('GET', `${path}?watch=true&resourceVersion=99999999`)).code).toBe(504)
})

test('an object that comes into a selector is ADDED, one that leaves it is DELETED', async () => {
  await create('a', { tier: 'one' })
  const watching = await api
    .watch(`${path}?watch=true&labelSelector=tier%3Done&resourceVersion=${await revision()}`)
    .untilOpen()
  await label('a', { x: 'y' })
  await label('a', { tier: 'two' })
  await label('a', { z: 'z' })
  await label('a', { tier: 'one' })
  await api.call('DELETE', `${path}/a`)
  const events = await watching.until((all) => all.length === 4)
  expect(seen(events)).toEqual(['MODIFIED a', 'DELETED a', 'ADDED a', 'DELETED a'])
  // What left is shown as it was when it was last in sight, at the revision at which it left.
  expect(events[1]?.object).toMatchObject({ metadata: { labels: { tier: 'one', x: 'y' } } })
  watching.stop()
})

test('initial events are sent and their end is marked', async () => {
  await create('a')
  const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
  const watching = api.watch(`${path}?${query}`)
  const events = await watching.until((all) => all.length === 2)
  expect(events[1]).toMatchObject({
    type: 'BOOKMARK',
    object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
  })
  watching.stop()
})

test('a watch ends when its time is up, with a bookmark of how far it came', async () => {
  const watching = api.watch(
    `${path}?watch=true&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=${await revision()}`,
  )
  await watching.untilEnded()
  expect(watching.events).toMatchObject([
    { type: 'BOOKMARK', object: { metadata: { resourceVersion: await revision() } } },
  ])
})

test('a watch of one namespace or one name sees nothing else', async () => {
  const other = '/api/v1/namespaces/kube-system/configmaps'
  const from = await revision()
  const one = api.watch(`${path}/a?watch=true&resourceVersion=${from}`)
  const all = api.watch(`/api/v1/configmaps?watch=true&resourceVersion=${from}`)
  await api.call('POST', other, { body: { metadata: { name: 'a' } } })
  await create('b')
  await create('a')
  await all.until((events) => events.length === 3)
  expect(seen(await one.until((events) => events.length === 1))).toEqual(['ADDED a'])
  expect(one.events).toMatchObject([{ object: { metadata: { namespace: 'default' } } }])
  one.stop()
  all.stop()
})

test('a test can drop an event, hold events back in order, refuse a write and serve an older list', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  hooks.onEvent = ({ object }) => {
    if (object.metadata.name === 'dropped') return 'drop'
    return object.metadata.name === 'held' ? released.then(() => 'send' as const) : 'send'
  }
  const from = await revision()
  const watching = api.watch(`${path}?watch=true&resourceVersion=${from}`)
  await create('dropped')
  await create('held')
  await create('after')
  await create('last')
  expect(watching.events).toEqual([])
  release()
  expect(seen(await watching.until((events) => events.length === 3))).toEqual([
    'ADDED held',
    'ADDED after',
    'ADDED last',
  ])
  hooks.readAt = () => Number(from)
  expect((await api.call('GET', path)).body).toMatchObject({ items: [], metadata: { resourceVersion: from } })
  expect((await api.call('GET', `${path}/held`)).code).toBe(404)
  delete hooks.readAt
  hooks.onWrite = (n) => {
    if (n === 5) throw Object.assign(new Error('stopped'), { code: 'Stopped' })
  }
  expect((await create('fifth')).code).toBe(500)
  expect((await create('sixth')).code).toBe(201)
  watching.stop()
})
