import { afterEach, beforeEach, expect, test } from 'vitest'
import { objectsAt, stringAt, valueAt } from '../src/apiserver/object.ts'
import { startTestServer, type TestServer } from './api-client.ts'

let api: TestServer
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const path = '/apis/example.com/v1/namespaces/default/widgets'
const merge = 'application/merge-patch+json'

const version = (name: string, more: object = {}) => ({
  name,
  served: true,
  storage: name === 'v1',
  subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          required: ['colour'],
          properties: {
            colour: { type: 'string', enum: ['red', 'blue'] },
            size: { type: 'integer', default: 3 },
          },
          'x-kubernetes-validations': [{ rule: 'self.size < 10', message: 'must be small' }],
        },
        status: { type: 'object', properties: { size: { type: 'integer' } } },
      },
    },
  },
  ...more,
})
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
    versions: [version('v1'), version('v1beta1')],
  },
}
const widget = (name: string, spec: object, more: object = {}) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, ...more },
  spec,
})

beforeEach(async () => {
  api = await startTestServer()
  await api.call('POST', definitions, { body: definition })
})
afterEach(() => api.close())

test('a definition is established at once, and its kind can be found and used in the next request', async () => {
  const { body } = await api.call('GET', `${definitions}/widgets.example.com`)
  const conditions = objectsAt(body, 'status', 'conditions').map((one) => `${one.type} ${one.status}`)
  expect(conditions).toEqual(['NamesAccepted True', 'Established True'])
  expect(body).toMatchObject({
    spec: { names: { singular: 'widget', listKind: 'WidgetList' } },
    status: { storedVersions: ['v1'] },
  })
  const resources = await api.call('GET', '/apis/example.com/v1')
  expect(objectsAt(resources.body, 'resources').map((one) => one.name)).toEqual([
    'widgets',
    'widgets/scale',
    'widgets/status',
  ])
})

test('objects get defaults, lose unknown fields, and are checked by schema and rules', async () => {
  const { body } = await api.call('POST', path, { body: widget('a', { colour: 'red', odd: 1 }) })
  expect(body).toMatchObject({ metadata: { generation: 1 }, spec: { colour: 'red', size: 3 } })
  expect(valueAt(body, 'spec', 'odd')).toBeUndefined()
  for (const spec of [{}, { colour: 'green' }, { colour: 'red', size: 'x' }, { colour: 'red', size: 11 }]) {
    expect((await api.call('POST', path, { body: widget('b', spec) })).body).toMatchObject({
      code: 422,
      reason: 'Invalid',
    })
  }
})

test('status and scale are endpoints of their own', async () => {
  await api.call('POST', path, { body: { ...widget('a', { colour: 'red' }), status: { size: 9 } } })
  const { body } = await api.call('PATCH', `${path}/a/status`, {
    body: { spec: { size: 5 }, status: { size: 2 } },
    contentType: merge,
  })
  expect(body).toMatchObject({ metadata: { generation: 1 }, spec: { size: 3 }, status: { size: 2 } })
  const scaled = await api.call('PATCH', `${path}/a/scale`, {
    body: { spec: { replicas: 4 } },
    contentType: merge,
  })
  expect(scaled.body).toMatchObject({ kind: 'Scale', spec: { replicas: 4 }, status: { replicas: 2 } })
  expect((await api.call('GET', `${path}/a`)).body).toMatchObject({
    metadata: { generation: 2 },
    spec: { size: 4 },
  })
})

test('an update must say which state it replaces', async () => {
  await api.call('POST', path, { body: widget('a', { colour: 'red' }) })
  const { body } = await api.call('PUT', `${path}/a`, { body: widget('a', { colour: 'blue' }) })
  expect(body).toMatchObject({ code: 422, details: { causes: [{ field: 'metadata.resourceVersion' }] } })
})

test('an object is the same in every served version', async () => {
  await api.call('POST', path, { body: widget('a', { colour: 'red' }) })
  const beta = await api.call('GET', '/apis/example.com/v1beta1/widgets')
  expect(beta.body).toMatchObject({ items: [{ apiVersion: 'example.com/v1beta1', spec: { colour: 'red' } }] })
})

test('custom objects take merge and JSON patches and applies, not strategic ones', async () => {
  await api.call('POST', path, { body: widget('a', { colour: 'red' }) })
  const strategic = await api.call('PATCH', `${path}/a`, {
    body: { spec: { size: 1 } },
    contentType: 'application/strategic-merge-patch+json',
  })
  expect(strategic.code).toBe(415)
  const json = await api.call('PATCH', `${path}/a`, {
    body: [{ op: 'replace', path: '/spec/size', value: 1 }],
    contentType: 'application/json-patch+json',
  })
  expect(json.body).toMatchObject({ spec: { size: 1 } })
  const apply = (manager: string, query = '') =>
    api.call('PATCH', `${path}/a?fieldManager=${manager}${query}`, {
      body: widget('a', { colour: 'blue' }),
      contentType: 'application/apply-patch+yaml',
    })
  expect((await apply('other')).body).toMatchObject({
    code: 409,
    details: { causes: [{ reason: 'FieldManagerConflict', field: '.spec.colour' }] },
  })
  expect((await apply('other', '&force=true')).body).toMatchObject({ spec: { colour: 'blue', size: 1 } })
})

test('deleting a definition deletes its objects first, and waits for those that are held', async () => {
  await api.call('POST', path, { body: widget('a', { colour: 'red' }) })
  await api.call('POST', path, { body: widget('b', { colour: 'red' }, { finalizers: ['example.com/hold'] }) })
  const watching = await api.watch(`${definitions}?watch=true`).untilOpen()
  await api.call('DELETE', `${definitions}/widgets.example.com`)
  const left = await api.call('GET', path)
  expect(objectsAt(left.body, 'items').map((item) => stringAt(item, 'metadata', 'name'))).toEqual(['b'])
  expect((await api.call('POST', path, { body: widget('c', { colour: 'red' }) })).code).toBe(405)
  await api.call('PATCH', `${path}/b`, { body: { metadata: { finalizers: null } }, contentType: merge })
  await watching.until((events) => events.at(-1)?.type === 'DELETED')
  expect((await api.call('GET', path)).code).toBe(404)
  watching.stop()
})
