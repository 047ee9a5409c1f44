import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './api-client.ts'

let api: TestServer
beforeEach(async () => {
  api = await startTestServer()
})
afterEach(() => api.close())

const configMaps = '/api/v1/namespaces/default/configmaps'

test('an object that was created can be read, listed, replaced and deleted', async () => {
  const created = await api.call('POST', configMaps, { body: { metadata: { name: 'a' }, data: { x: '1' } } })
  expect(created.code).toBe(201)
  expect(created.body).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default' },
  })

  const got = await api.call('GET', `${configMaps}/a`)
  expect(got.body).toEqual(created.body)

  const updated = await api.call('PUT', `${configMaps}/a`, { body: { ...got.body, data: { x: '2' } } })
  expect(updated.code).toBe(200)
  const stale = await api.call('PUT', `${configMaps}/a`, { body: { ...got.body, data: { x: '3' } } })
  expect(stale.body).toMatchObject({ code: 409, reason: 'Conflict' })

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
  expect((await api.call('GET', `${configMaps}/a`)).body).toMatchObject({
    code: 404,
    reason: 'NotFound',
    message: 'configmaps "a" not found',
  })
})

test('a watch sees what happens from the revision of a list on', async () => {
  const { body } = await api.call('GET', configMaps)
  const from = (body.metadata as { resourceVersion: string }).resourceVersion
  await api.call('POST', configMaps, { body: { metadata: { name: 'a' } } })
  const watching = api.watch(`${configMaps}?watch=true&resourceVersion=${from}`)
  await api.call('POST', configMaps, { body: { metadata: { name: 'b' } } })
  await api.call('DELETE', `${configMaps}/a`)
  const events = await watching.until((seen) => seen.length === 3)
  expect(events.map(({ type, object }) => [type, (object.metadata as { name: string }).name])).toEqual([
    ['ADDED', 'a'],
    ['ADDED', 'b'],
    ['DELETED', 'a'],
  ])
  watching.stop()
})
