import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { valueAt } from '../src/apiserver/object.ts'
import { startTestServer, type TestServer } from './api-client.ts'

let api: TestServer
let configMaps: string
let count = 0
beforeAll(async () => {
  api = await startTestServer()
})
afterAll(() => api.close())
beforeEach(async () => {
  count += 1
  await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: `ns-${count}` } } })
  configMaps = `/api/v1/namespaces/ns-${count}/configmaps`
})

const config = (name: string, more: object = {}) => ({ metadata: { name, ...more }, data: { x: '1' } })

test('an object that was created can be read, listed, replaced and deleted', async () => {
  const created = await api.call('POST', configMaps, { body: config('a') })
  expect(created.code).toBe(201)
  expect(created.body).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: `ns-${count}` },
  })
  const got = await api.call('GET', `${configMaps}/a`)
  expect(got.body).toEqual(created.body)
  const updated = await api.call('PUT', `${configMaps}/a`, { body: { ...got.body, data: { x: '2' } } })
  expect(updated.code).toBe(200)
  const list = await api.call('GET', configMaps)
  expect(list.body).toMatchObject({
    kind: 'ConfigMapList',
    items: [{ metadata: { name: 'a' }, data: { x: '2' } }],
  })
  const deleted = await api.call('DELETE', `${configMaps}/a`)
  expect(deleted.body).toMatchObject({
    kind: 'Status',
    status: 'Success',
    details: { name: 'a', kind: 'configmaps' },
  })
  expect((await api.call('GET', `${configMaps}/a`)).body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'configmaps "a" not found',
    reason: 'NotFound',
    details: { name: 'a', kind: 'configmaps' },
    code: 404,
  })
})

test('who writes from an outdated state is told so in the words that clients look for', async () => {
  const { body } = await api.call('POST', configMaps, { body: config('a') })
  await api.call('PUT', `${configMaps}/a`, { body: { ...body, data: { x: '2' } } })
  const stale = await api.call('PUT', `${configMaps}/a`, { body: { ...body, data: { x: '3' } } })
  expect(stale.body).toMatchObject({
    code: 409,
    reason: 'Conflict',
    message:
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  })
})

test('a write that changes nothing does not move the revision', async () => {
  const { body } = await api.call('POST', configMaps, { body: config('a') })
  const again = await api.call('PUT', `${configMaps}/a`, { body })
  expect(valueAt(again.body, 'metadata', 'resourceVersion')).toBe(
    valueAt(body, 'metadata', 'resourceVersion'),
  )
})

test('a name is generated from its prefix', async () => {
  const { body } = await api.call('POST', configMaps, { body: { metadata: { generateName: 'web-' } } })
  expect(valueAt(body, 'metadata', 'name')).toMatch(/^web-[a-z0-9]{5}$/)
})

test('what already exists, has no namespace or a bad name is refused', async () => {
  await api.call('POST', configMaps, { body: config('a') })
  expect((await api.call('POST', configMaps, { body: config('a') })).body).toMatchObject({
    code: 409,
    reason: 'AlreadyExists',
    message: 'configmaps "a" already exists',
  })
  expect(
    (await api.call('POST', '/api/v1/namespaces/none/configmaps', { body: config('a') })).body,
  ).toMatchObject({
    code: 404,
    message: 'namespaces "none" not found',
  })
  expect((await api.call('POST', configMaps, { body: config('A_b') })).body).toMatchObject({
    code: 422,
    reason: 'Invalid',
    details: { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.name' }] },
  })
})

test('a dry run answers like a write and leaves nothing', async () => {
  const dry = await api.call('POST', `${configMaps}?dryRun=All`, { body: config('a') })
  expect(dry.code).toBe(201)
  expect((await api.call('GET', `${configMaps}/a`)).code).toBe(404)
})

test('the generation counts changes of the spec only', async () => {
  const deployments = configMaps.replace('/api/v1', '/apis/apps/v1').replace('configmaps', 'deployments')
  const template = {
    metadata: { labels: { app: 'x' } },
    spec: { containers: [{ name: 'c', image: 'redis:7.2' }] },
  }
  const spec = { replicas: 1, selector: { matchLabels: { app: 'x' } }, template }
  const { body } = await api.call('POST', deployments, { body: { metadata: { name: 'a' }, spec } })
  expect(valueAt(body, 'metadata', 'generation')).toBe(1)
  const patch = (patched: object, sub = '') =>
    api.call('PATCH', `${deployments}/a${sub}`, {
      body: patched,
      contentType: 'application/merge-patch+json',
    })
  expect(valueAt((await patch({ metadata: { labels: { b: 'c' } } })).body, 'metadata', 'generation')).toBe(1)
  expect(valueAt((await patch({ status: { replicas: 3 } }, '/status')).body, 'metadata', 'generation')).toBe(
    1,
  )
  const scaled = await patch({ spec: { replicas: 2 }, status: { replicas: 9 } })
  expect(scaled.body).toMatchObject({
    metadata: { generation: 2 },
    spec: { replicas: 2 },
    status: { replicas: 3 },
  })
})

test('the status endpoint changes the status and nothing else', async () => {
  const budgets = configMaps
    .replace('/api/v1', '/apis/policy/v1')
    .replace('configmaps', 'poddisruptionbudgets')
  await api.call('POST', budgets, { body: { metadata: { name: 'a' }, spec: { minAvailable: 1 } } })
  const { body } = await api.call('PATCH', `${budgets}/a/status`, {
    body: { spec: { minAvailable: 2 }, status: { currentHealthy: 7 }, metadata: { labels: { a: 'b' } } },
    contentType: 'application/merge-patch+json',
  })
  expect(body).toMatchObject({ spec: { minAvailable: 1 }, status: { currentHealthy: 7 } })
  expect(valueAt(body, 'metadata', 'labels')).toBeUndefined()
})

test('a finalizer keeps a deleted object until it is taken off', async () => {
  await api.call('POST', configMaps, { body: config('a', { finalizers: ['example.com/keep'] }) })
  const deleted = await api.call('DELETE', `${configMaps}/a`)
  expect(deleted.body).toMatchObject({ kind: 'ConfigMap', metadata: { deletionGracePeriodSeconds: 0 } })
  expect(valueAt(deleted.body, 'metadata', 'deletionTimestamp')).toBeTypeOf('string')
  const more = await api.call('PATCH', `${configMaps}/a`, {
    body: { metadata: { finalizers: ['example.com/keep', 'example.com/more'] } },
    contentType: 'application/merge-patch+json',
  })
  expect(more.body).toMatchObject({
    code: 422,
    details: { causes: Array(2).fill({ field: 'metadata.finalizers' }) },
  })
  await api.call('PATCH', `${configMaps}/a`, {
    body: { metadata: { finalizers: null } },
    contentType: 'application/merge-patch+json',
  })
  expect((await api.call('GET', `${configMaps}/a`)).code).toBe(404)
})

test('deleting in the foreground or orphaning leaves the finalizer that the garbage collector takes off', async () => {
  for (const [propagationPolicy, finalizer] of [
    ['Foreground', 'foregroundDeletion'],
    ['Orphan', 'orphan'],
  ] as const) {
    await api.call('POST', configMaps, { body: config('a') })
    const { body } = await api.call('DELETE', `${configMaps}/a`, { body: { propagationPolicy } })
    expect(body).toMatchObject({ metadata: { finalizers: [finalizer] } })
    await api.call('PATCH', `${configMaps}/a`, {
      body: { metadata: { finalizers: [] } },
      contentType: 'application/merge-patch+json',
    })
  }
})

test('a deletion goes through only if the object is the one that was meant', async () => {
  const { body } = await api.call('POST', configMaps, { body: config('a') })
  const wrong = await api.call('DELETE', `${configMaps}/a`, { body: { preconditions: { uid: 'another' } } })
  expect(wrong.body).toMatchObject({ code: 409, reason: 'Conflict' })
  const old = await api.call('DELETE', `${configMaps}/a`, {
    body: { preconditions: { resourceVersion: '1' } },
  })
  expect(old.code).toBe(409)
  const uid = valueAt(body, 'metadata', 'uid')
  expect((await api.call('DELETE', `${configMaps}/a`, { body: { preconditions: { uid } } })).code).toBe(200)
})

test('deleting a collection takes what the selector matches', async () => {
  await api.call('POST', configMaps, { body: config('a', { labels: { go: 'yes' } }) })
  await api.call('POST', configMaps, { body: config('b') })
  const { code } = await api.call('DELETE', `${configMaps}?labelSelector=go%3Dyes`)
  expect(code).toBe(200)
  expect((await api.call('GET', configMaps)).body).toMatchObject({ items: [{ metadata: { name: 'b' } }] })
})

test('a namespace that is going takes nothing new and goes when it is finalized', async () => {
  const path = `/api/v1/namespaces/ns-${count}`
  const { body } = await api.call('DELETE', path)
  expect(body).toMatchObject({ status: { phase: 'Terminating' } })
  expect((await api.call('POST', configMaps, { body: config('late') })).body).toMatchObject({
    code: 403,
    details: { causes: [{ reason: 'NamespaceTerminating' }] },
  })
  await api.call('PUT', `${path}/finalize`, { body: { ...body, spec: { finalizers: [] } } })
  expect((await api.call('GET', path)).code).toBe(404)
})

test('an Event is one object in both of its groups', async () => {
  const events = configMaps.replace('/api/v1', '/apis/events.k8s.io/v1').replace('configmaps', 'events')
  const regarding = { kind: 'Pod', name: 'p', namespace: `ns-${count}` }
  const body = {
    metadata: { name: 'e' },
    regarding,
    note: 'hello',
    reason: 'Started',
    type: 'Normal',
    action: 'Starting',
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'example.com/test',
    reportingInstance: 'one',
  }
  await api.call('POST', events, { body })
  const core = configMaps.replace('configmaps', 'events')
  expect((await api.call('GET', `${core}/e`)).body).toMatchObject({
    involvedObject: regarding,
    message: 'hello',
  })
  const found = await api.call('GET', `${core}?fieldSelector=involvedObject.name%3Dp`)
  expect(found.body).toMatchObject({ items: [{ reason: 'Started' }] })
  expect((await api.call('GET', `${events}?fieldSelector=regarding.name%3Dother`)).body).toMatchObject({
    items: [],
  })
})
