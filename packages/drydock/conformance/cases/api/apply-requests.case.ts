import { expect, test } from 'vitest'
import { refusal } from '../../answers.ts'
import type { Json } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core } from '../../fixtures.ts'

/** Who owns what: `MANAGER OPERATION SUBRESOURCE` and the fields. */
const owners = (body: Json): Json =>
  Object.fromEntries(
    (body.metadata.managedFields ?? []).map((m: Json) => [
      [m.manager, m.operation, m.subresource].filter(Boolean).join(' '),
      m.fieldsV1,
    ]),
  )

test.each([
  [
    'the fieldManager',
    '',
    configMap('a'),
    {
      code: 422,
      message:
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      reason: 'Invalid',
      details: { group: 'meta.k8s.io', kind: 'PatchOptions', causes: ['fieldManager FieldValueRequired'] },
    },
  ],
  [
    'apiVersion and kind',
    'fieldManager=me',
    { metadata: { name: 'a' } },
    { code: 400, message: 'invalid object type: /, Kind=', reason: 'BadRequest' },
  ],
  [
    'kind',
    'fieldManager=me',
    { apiVersion: 'v1', metadata: { name: 'a' } },
    { code: 400, message: 'invalid object type: /v1, Kind=', reason: 'BadRequest' },
  ],
  [
    'name',
    'fieldManager=me',
    { apiVersion: 'v1', kind: 'ConfigMap' },
    {
      code: 400,
      message: 'the name of the object (a based on URL) was undeterminable: name must be provided',
      reason: 'BadRequest',
    },
  ],
])('an apply without %s', async (_, query, body, wanted) => {
  const ns = await namespace()
  const got = await api.patch(`${core(ns, 'configmaps')}/a?${query}`, 'apply', body)
  expect(refusal(got)).toEqual(wanted)
})

test.each([
  [
    'another name',
    configMap('b'),
    {
      code: 400,
      message: 'the name of the object (b) does not match the name on the URL (a)',
      reason: 'BadRequest',
    },
  ],
  [
    'another namespace',
    configMap('a', {}, { namespace: 'other' }),
    {
      code: 400,
      message: 'the namespace of the provided object does not match the namespace sent on the request',
      reason: 'BadRequest',
    },
  ],
  [
    'another kind',
    { ...configMap('a'), kind: 'Secret' },
    { code: 400, message: 'invalid object type: /v1, Kind=Secret', reason: 'BadRequest' },
  ],
  [
    'another version',
    { ...configMap('a'), apiVersion: 'v2' },
    { code: 400, message: 'invalid object type: /v2, Kind=ConfigMap', reason: 'BadRequest' },
  ],
  [
    'managedFields',
    configMap('a', {}, { managedFields: [{ manager: 'x', operation: 'Apply', apiVersion: 'v1' }] }),
    { code: 400, message: 'metadata.managedFields must be nil', reason: 'BadRequest' },
  ],
  [
    'an unknown field',
    { ...configMap('a'), nope: 1 },
    {
      code: 500,
      message:
        'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .nope: field not declared in schema',
    },
  ],
  [
    'a value of the wrong type',
    { ...configMap('a'), data: 'x' },
    {
      code: 500,
      message: 'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .data: expected map, got &{x}',
    },
  ],
  [
    'a list',
    '[]',
    {
      code: 400,
      message:
        'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}',
      reason: 'BadRequest',
    },
  ],
  [
    'text',
    'x',
    {
      code: 400,
      message:
        'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {}',
      reason: 'BadRequest',
    },
  ],
  [
    'a uid',
    configMap('a', {}, { uid: 'x' }),
    {
      code: 409,
      message:
        'Operation cannot be fulfilled on configmaps "a": uid mismatch: the provided object specified uid x, and no existing object was found',
      reason: 'Conflict',
      details: { name: 'a', kind: 'configmaps' },
    },
  ],
])('an apply of what is not there with %s', async (_, body, wanted) => {
  const ns = await namespace()
  expect(refusal(await api.apply(`${core(ns, 'configmaps')}/a`, 'me', body))).toEqual(wanted)
})

test('an apply with a resourceVersion: the right one, and an older one', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  const { resourceVersion } = (await api.apply(path, 'me', configMap('a'))).body.metadata
  expect((await api.apply(path, 'me', configMap('a', { k: 'v' }, { resourceVersion }))).code).toBe(200)
  expect(refusal(await api.apply(path, 'me', configMap('a', { k: 'w' }, { resourceVersion })))).toEqual({
    code: 409,
    message:
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    reason: 'Conflict',
    details: { name: 'a', kind: 'configmaps' },
  })
})

test('managedFields: [{}] forgets all owners; the next apply finds them as before-first-apply', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.apply(path, 'me', configMap('a', { k: 'v', l: 'w' }))
  const cleared = await api.patch(path, 'merge', { metadata: { managedFields: [{}] } })
  expect([cleared.code, cleared.body.metadata.managedFields]).toEqual([200, undefined])
  const { body } = await api.apply(path, 'me', configMap('a', { k: 'v' }))
  expect([body.data, owners(body)]).toEqual([
    { k: 'v', l: 'w' },
    {
      'me Apply': { 'f:data': { 'f:k': {} } },
      'before-first-apply Update': { 'f:data': { '.': {}, 'f:k': {}, 'f:l': {} } },
    },
  ])
})

test('managedFields that cannot be are kept out', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  const made = await api.apply(path, 'me', configMap('a', { k: 'v' }))
  const got = await api.patch(path, 'merge', {
    metadata: {
      managedFields: [
        { manager: 'x', operation: 'Twist', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} },
      ],
    },
  })
  expect(got.code === 200 ? owners(got.body) : refusal(got)).toEqual({
    'me Apply': { 'f:data': { 'f:k': {} } },
  })
  expect((await api.get(path)).body.metadata.managedFields).toEqual(made.body.metadata.managedFields)
})

test('an apply of what is not there: a resourceVersion says nothing', async () => {
  const ns = await namespace()
  const got = await api.apply(
    `${core(ns, 'configmaps')}/a`,
    'me',
    configMap('a', {}, { resourceVersion: '5' }),
  )
  expect(got.code).toBe(201)
})
