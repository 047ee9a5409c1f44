import { afterAll, beforeAll, expect, test } from 'vitest'
import { objectsAt } from '../src/apiserver/object.ts'
import { startTestServer, type TestServer } from './api-client.ts'

let api: TestServer
beforeAll(async () => {
  api = await startTestServer()
})
afterAll(() => api.close())

test('health and version answer anybody, all else asks for the token', async () => {
  const headers = { authorization: '' }
  for (const path of ['/healthz', '/livez', '/readyz', '/version']) {
    expect((await api.call('GET', path, { headers })).code).toBe(200)
  }
  for (const path of ['/api', '/apis', '/api/v1/pods', '/openapi/v3', '/nothing']) {
    expect((await api.call('GET', path, { headers })).body).toMatchObject({
      code: 401,
      reason: 'Unauthorized',
    })
  }
  expect((await api.call('GET', '/api/v1/pods', { headers: { authorization: 'Bearer wrong' } })).code).toBe(
    401,
  )
})

test('a web page is refused, even with the token', async () => {
  expect((await api.call('GET', '/api/v1/pods', { headers: { origin: 'https://example.com' } })).code).toBe(
    403,
  )
})

test('paths and methods that do not exist are said not to', async () => {
  const missing = {
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  }
  for (const path of ['/api/v1/nothing', '/api/v1/namespaces/default/pods/p/nothing', '/apis/apps/v2']) {
    expect((await api.call('GET', path)).body).toMatchObject(missing)
  }
  for (const path of ['/x', '/apis/none/v1/x'])
    expect((await api.call('GET', path)).body).toEqual({ text: '404 page not found\n' })
  expect((await api.call('PUT', '/api/v1/namespaces/default/pods')).body).toMatchObject({
    code: 405,
    reason: 'MethodNotAllowed',
  })
})

test('what cannot be read is refused by its type, and whoever would rather have protobuf gets JSON', async () => {
  const path = '/api/v1/namespaces/default/configmaps'
  const sent = await api.call('POST', path, { body: 'x', contentType: 'application/cbor' })
  expect(sent.body).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' })
  const garbage = await api.call('POST', path, {
    body: 'x',
    contentType: 'application/vnd.kubernetes.protobuf',
  })
  expect(garbage.body).toMatchObject({ code: 400, reason: 'BadRequest' })
  const headers = { accept: 'application/vnd.kubernetes.protobuf,application/json' }
  expect((await api.call('GET', path, { headers })).headers['content-type']).toBe('application/json')
})

test('a body that is too large or no JSON is refused', async () => {
  const path = '/api/v1/namespaces/default/configmaps'
  expect((await api.call('POST', path, { body: '{' })).code).toBe(400)
  expect((await api.call('POST', path, { body: `"${'x'.repeat(3 * 1024 * 1024)}"` })).code).toBe(413)
})

test('an apply may be written in YAML', async () => {
  const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\ndata:\n  a: b\n'
  const path = '/api/v1/namespaces/default/configmaps/y?fieldManager=me'
  const { code, body: answer } = await api.call('PATCH', path, {
    body,
    contentType: 'application/apply-patch+yaml',
  })
  expect(code).toBe(201)
  expect(answer).toMatchObject({
    data: { a: 'b' },
    metadata: { managedFields: [{ manager: 'me', operation: 'Apply' }] },
  })
})

test('objects are shown as tables or as metadata alone to those who ask', async () => {
  const path = '/api/v1/namespaces/default/serviceaccounts'
  const table = await api.call('GET', path, {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
  })
  expect(table.body).toMatchObject({ kind: 'Table', rows: [{ object: { kind: 'PartialObjectMetadata' } }] })
  const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'
  const metadata = await api.call('GET', path, { headers: { accept } })
  expect(metadata.body).toMatchObject({
    kind: 'PartialObjectMetadataList',
    items: [{ metadata: { name: 'default' } }],
  })
})

test('everything there is can be discovered, in either form', async () => {
  const { body } = await api.call('GET', '/apis/apps/v1')
  const names = objectsAt(body, 'resources').map((resource) => resource.name)
  expect(names).toEqual(expect.arrayContaining(['statefulsets', 'statefulsets/status', 'statefulsets/scale']))
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'
  const aggregated = await api.call('GET', '/apis', { headers: { accept } })
  expect(aggregated.headers['content-type']).toBe(
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  )
  expect(objectsAt(aggregated.body, 'items').map((group) => group.metadata)).toContainEqual(
    expect.objectContaining({ name: 'apps' }),
  )
})
