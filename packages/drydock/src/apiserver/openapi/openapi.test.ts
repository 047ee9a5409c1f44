import { expect, test } from 'vitest'
import { builtInKinds } from '../kinds.ts'
import { type JsonObject, objectAt, valueAt } from '../object.ts'
import { openapiV3, openapiV3Index } from './documents.ts'
import { references } from './references.ts'
import { openapiV2 } from './swagger.ts'

const crd = (description = 'How many.'): JsonObject => ({
  spec: {
    group: 'example.dev',
    scope: 'Namespaced',
    names: { kind: 'Example', plural: 'examples' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {}, scale: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'An example.',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer', description } } } },
          },
        },
      },
      { name: 'v0', served: false },
    ],
  },
})

test('the index has a document for each group and version, under an address that changes with it', () => {
  const paths = objectAt(openapiV3Index([crd()]), 'paths') ?? {}
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['api/v1', 'apis/apps/v1', 'apis/example.dev/v1']),
  )
  expect(paths).not.toHaveProperty(['apis/example.dev/v0'])
  const other = objectAt(openapiV3Index([crd('How many there are.')]), 'paths') ?? {}
  expect(other['apis/example.dev/v1']).not.toEqual(paths['apis/example.dev/v1'])
  expect(other['apis/apps/v1']).toEqual(paths['apis/apps/v1'])
  expect(valueAt(paths, 'api/v1', 'serverRelativeURL')).toMatch(/^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{64}$/)
})

test('every document of the index exists and refers to nothing it does not have', () => {
  const gvs = new Set(builtInKinds.map(({ group, version }) => `${group} ${version}`))
  for (const gv of [...gvs, 'example.dev v1']) {
    const [group = '', version = ''] = gv.split(' ')
    const document = openapiV3(group, version, [crd()])
    const schemas = objectAt(document, 'components', 'schemas') ?? {}
    const missing = [...references(document)].filter((name) => schemas[name] === undefined)
    expect(missing, gv).toEqual([])
    expect(Object.keys(objectAt(document, 'paths') ?? {}).length).toBeGreaterThan(0)
  }
  expect(openapiV3('nobody.dev', 'v1', [crd()])).toBeUndefined()
})

test('kubectl finds the kind, its descriptions, its merge keys and that the server validates', () => {
  const document = openapiV3('apps', 'v1', [])
  const path = '/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}'
  const patch = objectAt(document, 'paths', path, 'patch')
  expect(patch?.['x-kubernetes-group-version-kind']).toEqual({
    group: 'apps',
    version: 'v1',
    kind: 'StatefulSet',
  })
  expect(patch?.parameters).toContainEqual(expect.objectContaining({ name: 'fieldValidation', in: 'query' }))
  expect(objectAt(patch, 'requestBody', 'content')).toHaveProperty(['application/strategic-merge-patch+json'])
  const spec = objectAt(document, 'components', 'schemas', 'io.k8s.api.core.v1.PodSpec', 'properties')
  expect(spec?.containers).toMatchObject({
    'x-kubernetes-patch-merge-key': 'name',
    description: expect.stringContaining('List of containers'),
  })
  expect(objectAt(document, 'paths')).toHaveProperty([`${path}/scale`])
})

test('a custom kind is described by its definition', () => {
  const document = openapiV3('example.dev', 'v1', [crd()])
  const schema = objectAt(document, 'components', 'schemas', 'dev.example.v1.Example')
  expect(schema).toMatchObject({
    description: 'An example.',
    properties: {
      spec: { properties: { size: { description: 'How many.' } } },
      apiVersion: { type: 'string' },
    },
    'x-kubernetes-group-version-kind': [{ group: 'example.dev', version: 'v1', kind: 'Example' }],
  })
  expect(objectAt(document, 'components', 'schemas')).toHaveProperty(['dev.example.v1.ExampleList'])
  const paths = Object.keys(objectAt(document, 'paths') ?? {})
  expect(paths).toEqual(
    expect.arrayContaining([
      '/apis/example.dev/v1/examples',
      '/apis/example.dev/v1/namespaces/{namespace}/examples/{name}/status',
    ]),
  )
  const patch = objectAt(
    document,
    'paths',
    '/apis/example.dev/v1/namespaces/{namespace}/examples/{name}',
    'patch',
  )
  expect(objectAt(patch, 'requestBody', 'content')).not.toHaveProperty([
    'application/strategic-merge-patch+json',
  ])
})

test('version 2 says the same in one document', () => {
  const document = openapiV2([crd()])
  const definitions = objectAt(document, 'definitions') ?? {}
  const missing = [...references(document)].filter((name) => definitions[name] === undefined)
  expect(missing).toEqual([])
  expect(JSON.stringify(document)).not.toContain('#/components')
  expect(definitions['dev.example.v1.Example']).toMatchObject({
    properties: { metadata: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' } },
  })
  const get = objectAt(document, 'paths', '/api/v1/namespaces/{namespace}/pods', 'get')
  expect(get?.parameters).toContainEqual(expect.objectContaining({ name: 'labelSelector', type: 'string' }))
})
