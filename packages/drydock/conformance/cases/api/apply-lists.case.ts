import { expect, test } from 'vitest'
import { plain, refusal } from '../../answers.ts'
import type { Json } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { customKind, deployment, inGroup } from '../../fixtures.ts'

/** Who owns what: `MANAGER OPERATION SUBRESOURCE` and the fields. */
const owners = (body: Json): Json =>
  Object.fromEntries(
    (body.metadata.managedFields ?? []).map((m: Json) => [
      [m.manager, m.operation, m.subresource].filter(Boolean).join(' '),
      m.fieldsV1,
    ]),
  )

const string = { type: 'string' }
const spec = {
  type: 'object',
  properties: {
    plain: { type: 'array', items: string },
    set: { type: 'array', items: string, 'x-kubernetes-list-type': 'set' },
    map: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: string, port: { type: 'integer', default: 1 }, value: string },
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name', 'port'],
    },
    atomic: { type: 'object', additionalProperties: string, 'x-kubernetes-map-type': 'atomic' },
    loose: { type: 'object', additionalProperties: string },
    inner: { type: 'object', properties: { a: string, b: string } },
  },
}

/** Applies each to one object of a kind with lists and maps of all sorts; gives the last spec and who owns what. */
async function applied(...steps: [manager: string, spec: object][]): Promise<Json> {
  const ns = await namespace()
  const kind = await customKind({ spec })
  let last: Json
  for (const [manager, fields] of steps)
    last = await api.apply(`${kind.path(ns)}/a`, manager, kind.object('a', { spec: fields }))
  return last.code < 300 ? [last.body.spec, owners(last.body)] : refusal(last)
}

test('a set is shared by items', async () => {
  expect(
    await applied(['me', { set: ['a', 'b'] }], ['you', { set: ['b', 'c'] }], ['me', { set: ['a'] }]),
  ).toEqual([
    { set: ['a', 'b', 'c'] },
    {
      'me Apply': { 'f:spec': { 'f:set': { 'v:"a"': {} } } },
      'you Apply': { 'f:spec': { 'f:set': { 'v:"b"': {}, 'v:"c"': {} } } },
    },
  ])
})

test('items of a set that are left out go', async () => {
  expect(await applied(['me', { set: ['a', 'b'] }], ['me', { set: ['b', 'c'] }])).toEqual([
    { set: ['b', 'c'] },
    { 'me Apply': { 'f:spec': { 'f:set': { 'v:"b"': {}, 'v:"c"': {} } } } },
  ])
})

test('items of a map are named by their keys, defaults included', async () => {
  expect(
    await applied(
      [
        'me',
        {
          map: [
            { name: 'x', value: '1' },
            { name: 'y', port: 2 },
          ],
        },
      ],
      ['you', { map: [{ name: 'x', port: 2, value: '3' }] }],
    ),
  ).toEqual([
    {
      map: [
        { name: 'x', port: 1, value: '1' },
        { name: 'y', port: 2 },
        { name: 'x', port: 2, value: '3' },
      ],
    },
    {
      'me Apply': {
        'f:spec': {
          'f:map': {
            'k:{"name":"x","port":1}': { '.': {}, 'f:name': {}, 'f:value': {} },
            'k:{"name":"y","port":2}': { '.': {}, 'f:name': {}, 'f:port': {} },
          },
        },
      },
      'you Apply': {
        'f:spec': {
          'f:map': { 'k:{"name":"x","port":2}': { '.': {}, 'f:name': {}, 'f:port': {}, 'f:value': {} } },
        },
      },
    },
  ])
})

test('a field within an item of another', async () => {
  expect(
    await applied(['me', { map: [{ name: 'x' }] }], ['you', { map: [{ name: 'x', value: 'mine' }] }]),
  ).toEqual([
    { map: [{ name: 'x', port: 1, value: 'mine' }] },
    {
      'me Apply': { 'f:spec': { 'f:map': { 'k:{"name":"x","port":1}': { '.': {}, 'f:name': {} } } } },
      'you Apply': {
        'f:spec': { 'f:map': { 'k:{"name":"x","port":1}': { '.': {}, 'f:name': {}, 'f:value': {} } } },
      },
    },
  ])
})

test('an item that is left out goes, one that another owns stays', async () => {
  expect(
    await applied(
      ['me', { map: [{ name: 'x' }, { name: 'y' }] }],
      ['you', { map: [{ name: 'x' }] }],
      ['me', {}],
    ),
  ).toEqual([
    { map: [{ name: 'x', port: 1 }] },
    {
      'you Apply': { 'f:spec': { 'f:map': { 'k:{"name":"x","port":1}': { '.': {}, 'f:name': {} } } } },
      'me Apply': { 'f:spec': {} },
    },
  ])
})

test('a conflict within an item', async () => {
  expect(
    await applied(
      ['me', { map: [{ name: 'x', value: '1' }] }],
      ['you', { map: [{ name: 'x', value: '2' }] }],
    ),
  ).toEqual({
    code: 409,
    message: 'Apply failed with 1 conflict: conflict with "me": .spec.map[name="x",port=1].value',
    reason: 'Conflict',
    details: {
      causes: [
        {
          reason: 'FieldManagerConflict',
          message: 'conflict with "me"',
          field: '.spec.map[name="x",port=1].value',
        },
      ],
    },
  })
})

test('a list of no type is replaced as one, and owned as one', async () => {
  expect(await applied(['me', { plain: ['a', 'b'] }], ['me', { plain: ['c'] }])).toEqual([
    { plain: ['c'] },
    { 'me Apply': { 'f:spec': { 'f:plain': {} } } },
  ])
  expect(await applied(['me', { plain: ['a'] }], ['you', { plain: ['b'] }])).toEqual({
    code: 409,
    message: 'Apply failed with 1 conflict: conflict with "me": .spec.plain',
    reason: 'Conflict',
    details: {
      causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "me"', field: '.spec.plain' }],
    },
  })
})

test('an atomic map is owned as one, a loose one by its keys', async () => {
  expect(
    await applied(['me', { atomic: { a: '1' }, loose: { a: '1' } }], ['you', { loose: { b: '2' } }]),
  ).toEqual([
    { atomic: { a: '1' }, loose: { a: '1', b: '2' } },
    {
      'me Apply': { 'f:spec': { 'f:atomic': {}, 'f:loose': { 'f:a': {} } } },
      'you Apply': { 'f:spec': { 'f:loose': { 'f:b': {} } } },
    },
  ])
  expect(await applied(['me', { atomic: { a: '1' } }], ['you', { atomic: { b: '2' } }])).toEqual({
    code: 409,
    message: 'Apply failed with 1 conflict: conflict with "me": .spec.atomic',
    reason: 'Conflict',
    details: {
      causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "me"', field: '.spec.atomic' }],
    },
  })
})

test('an empty object is owned, as long as nothing is in it', async () => {
  expect(await applied(['me', { inner: {} }])).toEqual([
    { inner: {} },
    { 'me Apply': { 'f:spec': { 'f:inner': {} } } },
  ])
})

test('items twice', async () => {
  expect(plain(await applied(['me', { map: [{ name: 'x' }, { name: 'x', port: 1 }] }]))).toEqual({
    code: 500,
    message:
      'failed to create typed patch object (/a; group.example.com/v1, Kind=Thing): .spec.map: duplicate entries for key [name="x",port=1]',
  })
  expect(plain(await applied(['me', { set: ['a', 'a'] }]))).toEqual({
    code: 500,
    message:
      'failed to create typed patch object (/a; group.example.com/v1, Kind=Thing): .spec.set: duplicate entries for key [="a"]',
  })
})

test('an item without its key, and one that is no object', async () => {
  expect(plain(await applied(['me', { map: [{ value: '1' }] }]))).toEqual({
    code: 422,
    message: 'Thing.group.example.com "a" is invalid: spec.map[0].name: Required value',
    reason: 'Invalid',
    details: {
      name: 'a',
      group: 'group.example.com',
      kind: 'Thing',
      causes: ['spec.map[0].name FieldValueRequired'],
    },
  })
  expect(plain(await applied(['me', { map: ['x'] }]))).toEqual({
    code: 500,
    message:
      'failed to create typed patch object (/a; group.example.com/v1, Kind=Thing): .spec.map: element 0: associative list with keys may not have non-map elements',
  })
})

test('a Deployment: env twice', async () => {
  const ns = await namespace()
  const env = [
    { name: 'A', value: '1' },
    { name: 'A', value: '2' },
  ]
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'main', image: 'x', env }] },
  }
  const got = await api.apply(
    `${inGroup('apps/v1', ns, 'deployments')}/a`,
    'me',
    deployment('a', { template }),
  )
  expect(refusal(got)).toEqual({
    code: 500,
    message:
      'failed to create typed patch object (/a; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="main"].env: duplicate entries for key [name="A"]',
  })
})

test('two managers, a container each', async () => {
  const ns = await namespace()
  const path = `${inGroup('apps/v1', ns, 'deployments')}/a`
  await api.apply(path, 'me', deployment('a'))
  const template = { spec: { containers: [{ name: 'side', image: 'y' }] } }
  const { code, body } = await api.apply(path, 'you', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a' },
    spec: { template },
  })
  expect([
    code,
    body.spec.template.spec.containers.map((c: Json) => c.name),
    owners(body)['you Apply'],
  ]).toEqual([
    200,
    ['main', 'side'],
    {
      'f:spec': {
        'f:template': {
          'f:spec': { 'f:containers': { 'k:{"name":"side"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
        },
      },
    },
  ])
})
