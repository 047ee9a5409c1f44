import { expect, test } from 'vitest'
import { answer, refusal, warnings } from '../../answers.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, customKind, deployment, inGroup, pod } from '../../fixtures.ts'

const twice =
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","name":"a"},"data":{"k":"1","k":"2"},"nope":1}'

test('unknown fields are dropped with a warning each', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), { ...configMap('a'), foo: 1, bar: { baz: 2 } })
  expect([made.code, made.body.foo]).toEqual([201, undefined])
  expect(warnings(made)).toEqual(['299 - "unknown field \\"foo\\""', '299 - "unknown field \\"bar\\""'])
})

test('Strict refuses them', async () => {
  const ns = await namespace()
  const made = await api.post(`${core(ns, 'configmaps')}?fieldValidation=Strict`, {
    ...configMap('a'),
    foo: 1,
    bar: 2,
  })
  expect(refusal(made)).toEqual({
    code: 400,
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo", unknown field "bar"',
    reason: 'BadRequest',
  })
})

test('Ignore says nothing', async () => {
  const ns = await namespace()
  const made = await api.post(`${core(ns, 'configmaps')}?fieldValidation=Ignore`, {
    ...configMap('a'),
    foo: 1,
  })
  expect([made.code, warnings(made)]).toEqual([201, []])
})

test('any other value is refused', async () => {
  const ns = await namespace()
  const made = await api.post(`${core(ns, 'configmaps')}?fieldValidation=Loud`, configMap('a'))
  expect(refusal(made)).toEqual({
    code: 422,
    message:
      'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Loud": supported values: "", "Ignore", "Strict", "Warn"',
    reason: 'Invalid',
    details: {
      group: 'meta.k8s.io',
      kind: 'CreateOptions',
      causes: ['fieldValidation FieldValueNotSupported'],
    },
  })
})

test('unknown fields deep down, with their paths', async () => {
  const ns = await namespace()
  const body = deployment('a', {
    replica: 1,
    template: {
      metadata: { labels: { app: 'web' }, x: 1 },
      spec: {
        containers: [{ name: 'main', image: 'redis', imagePullpolicy: 'Always', resources: { limit: {} } }],
      },
    },
  })
  const path = inGroup('apps/v1', ns, 'deployments')
  expect(refusal(await api.post(`${path}?fieldValidation=Strict`, body))).toEqual({
    code: 400,
    message:
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.template.metadata.x", unknown field "spec.template.spec.containers[0].imagePullpolicy", unknown field "spec.template.spec.containers[0].resources.limit", unknown field "spec.replica"',
    reason: 'BadRequest',
  })
  expect(warnings(await api.post(path, body))).toEqual([
    '299 - "unknown field \\"spec.template.metadata.x\\""',
    '299 - "unknown field \\"spec.template.spec.containers[0].imagePullpolicy\\""',
    '299 - "unknown field \\"spec.template.spec.containers[0].resources.limit\\""',
    '299 - "unknown field \\"spec.replica\\""',
  ])
})

test('duplicate fields', async () => {
  const ns = await namespace()
  const path = core(ns, 'configmaps')
  expect(refusal(await api.post(`${path}?fieldValidation=Strict`, twice))).toEqual({
    code: 400,
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "metadata.name", duplicate field "data.k", unknown field "nope"',
    reason: 'BadRequest',
  })
  const made = await api.post(path, twice)
  expect([made.code, made.body.data, warnings(made)]).toEqual([
    201,
    { k: '2' },
    [
      '299 - "duplicate field \\"metadata.name\\""',
      '299 - "duplicate field \\"data.k\\""',
      '299 - "unknown field \\"nope\\""',
    ],
  ])
})

test('fields in the wrong case are unknown', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), { metadata: { name: 'a' }, Data: { k: 'v' } })
  expect([made.body.data, warnings(made)]).toEqual([undefined, ['299 - "unknown field \\"Data\\""']])
})

test.each([
  [
    'a number for a string',
    { metadata: { name: 5 } },
    'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string',
  ],
  [
    'a number for a label',
    { metadata: { name: 'a', labels: { a: 1 } } },
    'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
  ],
  [
    'a string for a map',
    { metadata: { name: 'a' }, data: 'x' },
    'json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string',
  ],
  [
    'a list for a map',
    { metadata: { name: 'a' }, data: [] },
    'json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string',
  ],
  [
    'a number in a map of strings',
    { metadata: { name: 'a' }, data: { k: 1 } },
    'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  ],
  [
    'a bool in a map of strings',
    { metadata: { name: 'a' }, data: { k: true } },
    'json: cannot unmarshal bool into Go struct field ConfigMap.data of type string',
  ],
  [
    'metadata that is a list',
    { metadata: [] },
    'json: cannot unmarshal array into Go struct field ConfigMap.metadata of type v1.ObjectMeta',
  ],
  [
    'bytes that are no base64',
    { metadata: { name: 'a' }, binaryData: { k: '%' } },
    'illegal base64 data at input byte 0',
  ],
  [
    'a map for a list',
    { metadata: { name: 'a', finalizers: {} } },
    'json: cannot unmarshal object into Go struct field ObjectMeta.metadata.finalizers of type []string',
  ],
  [
    'a time that is none',
    { metadata: { name: 'a', creationTimestamp: 'yesterday' } },
    'parsing time "yesterday" as "TIME07:00": cannot parse "yesterday" as "2006"',
  ],
])('ConfigMap: %s', async (_, body, why) => {
  const ns = await namespace()
  expect(refusal(await api.post(core(ns, 'configmaps'), body))).toEqual({
    code: 400,
    reason: 'BadRequest',
    message: `ConfigMap in version "v1" cannot be handled as a ConfigMap: ${why}`,
  })
})

test('a string where a number has to be, and the other way round', async () => {
  const ns = await namespace()
  const path = inGroup('apps/v1', ns, 'deployments')
  expect(refusal(await api.post(path, deployment('a', { replicas: '3' })))).toEqual({
    code: 400,
    message:
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    reason: 'BadRequest',
  })
  expect(refusal(await api.post(path, deployment('a', { replicas: 1.5 })))).toEqual({
    code: 400,
    message:
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    reason: 'BadRequest',
  })
  expect(refusal(await api.post(path, deployment('a', { replicas: 2 ** 40 })))).toEqual({
    code: 400,
    message:
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number 1099511627776 into Go struct field DeploymentSpec.spec.replicas of type int32',
    reason: 'BadRequest',
  })
  expect(refusal(await api.post(path, deployment('a', { paused: 'yes' })))).toEqual({
    code: 400,
    message:
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.paused of type bool',
    reason: 'BadRequest',
  })
  expect(refusal(await api.post(core(ns, 'pods'), pod('a', { containers: { name: 'main' } })))).toEqual({
    code: 400,
    message:
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    reason: 'BadRequest',
  })
  expect(refusal(await api.post(core(ns, 'pods'), pod('a', { containers: ['main'] })))).toEqual({
    code: 400,
    message:
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container',
    reason: 'BadRequest',
  })
  expect(
    refusal(
      await api.post(
        core(ns, 'pods'),
        pod('a', { containers: [{ name: 'a', image: 'b', resources: { limits: { cpu: 'lots' } } }] }),
      ),
    ),
  ).toEqual({
    code: 400,
    message:
      'Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
    reason: 'BadRequest',
  })
})

test('null counts as absent', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), {
    metadata: { name: 'a', labels: null, annotations: { x: null } },
    data: { k: null },
  })
  const { labels, annotations } = made.body.metadata
  expect([made.code, labels, annotations, made.body.data]).toEqual([201, undefined, { x: '' }, { k: '' }])
})

test('update and merge patch warn and refuse too', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(core(ns, 'configmaps'), configMap('a'))
  expect(warnings(await api.put(path, { ...configMap('a'), foo: 1 }))).toEqual([
    '299 - "unknown field \\"foo\\""',
  ])
  expect(refusal(await api.put(`${path}?fieldValidation=Strict`, { ...configMap('a'), foo: 1 }))).toEqual({
    code: 400,
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo"',
    reason: 'BadRequest',
  })
  expect(warnings(await api.patch(path, 'merge', { foo: 1 }))).toEqual(['299 - "unknown field \\"foo\\""'])
  expect(refusal(await api.patch(`${path}?fieldValidation=Strict`, 'merge', { foo: 1 }))).toEqual({
    code: 422,
    message: ' "" is invalid: patch: Invalid value: "OBJECT": strict decoding error: unknown field "foo"',
    reason: 'Invalid',
    details: { causes: ['patch FieldValueInvalid'] },
  })
  expect(refusal(await api.patch(`${path}?fieldValidation=Strict`, 'strategic', { foo: 1 }))).toEqual({
    code: 422,
    message: ' "" is invalid: patch: Invalid value: "map[foo:1]": strict decoding error: unknown field "foo"',
    reason: 'Invalid',
    details: { causes: ['patch FieldValueInvalid'] },
  })
  const add = [{ op: 'add', path: '/foo', value: 1 }]
  expect(refusal(await api.patch(`${path}?fieldValidation=Strict`, 'json', add))).toEqual({
    code: 422,
    message: ' "" is invalid: patch: Invalid value: "OBJECT": strict decoding error: unknown field "foo"',
    reason: 'Invalid',
    details: { causes: ['patch FieldValueInvalid'] },
  })
  expect(warnings(await api.patch(path, 'json', add))).toEqual(['299 - "unknown field \\"foo\\""'])
  expect(warnings(await api.patch(path, 'strategic', { foo: 1 }))).toEqual([
    '299 - "unknown field \\"foo\\""',
  ])
})

test('apply refuses unknown fields whatever is asked', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  const got = await api.apply(path, 'me', { ...configMap('a'), foo: 1 })
  expect([got.code, got.body.reason, got.body.message]).toEqual([
    500,
    undefined,
    'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .foo: field not declared in schema',
  ])
  const strict = await api.apply(path, 'me', { ...configMap('a'), foo: 1 }, 'fieldValidation=Strict')
  expect([strict.code, strict.body.reason, strict.body.message]).toEqual([
    500,
    undefined,
    'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .foo: field not declared in schema',
  ])
})

test('custom: unknown fields are pruned, warned of, refused', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object', properties: { a: { type: 'string' } } } })
  const body = kind.object('a', { spec: { a: 'x', b: 1 }, extra: 1 })
  const made = await api.post(kind.path(ns), body)
  expect([made.code, made.body.spec, made.body.extra, warnings(made)]).toEqual([
    201,
    { a: 'x' },
    undefined,
    ['299 - "unknown field \\"extra\\""', '299 - "unknown field \\"spec.b\\""'],
  ])
  expect(refusal(await api.post(`${kind.path(ns)}?fieldValidation=Strict`, body))).toEqual({
    code: 400,
    message:
      'Thing in version "v1" cannot be handled as a Thing: strict decoding error: unknown field "extra", unknown field "spec.b"',
    reason: 'BadRequest',
  })
  const ignored = await api.post(`${kind.path(ns)}?fieldValidation=Ignore`, {
    ...body,
    metadata: { name: 'b' },
  })
  expect([ignored.code, warnings(ignored)]).toEqual([201, []])
  const patched = await api.patch(`${kind.path(ns)}/a?fieldValidation=Strict`, 'merge', { spec: { c: 1 } })
  expect(refusal(patched)).toEqual({
    code: 422,
    message: ' "" is invalid: patch: Invalid value: "OBJECT": strict decoding error: unknown field "spec.c"',
    reason: 'Invalid',
    details: { causes: ['patch FieldValueInvalid'] },
  })
})

test('custom: unknown metadata and duplicate fields', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object', properties: { a: { type: 'string' } } } })
  const text = `{"apiVersion":"${kind.apiVersion}","kind":"Thing","metadata":{"name":"a","foo":1},"spec":{"a":"x","a":"y"}}`
  expect(refusal(await api.post(`${kind.path(ns)}?fieldValidation=Strict`, text))).toEqual({
    code: 400,
    message:
      'Thing in version "v1" cannot be handled as a Thing: strict decoding error: duplicate field "spec.a", unknown field "metadata.foo"',
    reason: 'BadRequest',
  })
  const made = await api.post(kind.path(ns), text)
  expect([made.code, made.body.spec, warnings(made)]).toEqual([
    201,
    { a: 'y' },
    ['299 - "duplicate field \\"spec.a\\""', '299 - "unknown field \\"metadata.foo\\""'],
  ])
})

test('custom: a value of the wrong type', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object', properties: { n: { type: 'integer' } } } })
  expect(refusal(await api.post(kind.path(ns), kind.object('a', { spec: { n: 'x' } })))).toEqual({
    code: 422,
    message:
      'Thing.group.example.com "a" is invalid: spec.n: Invalid value: "string": spec.n in body must be of type integer: "string"',
    reason: 'Invalid',
    details: {
      name: 'a',
      group: 'group.example.com',
      kind: 'Thing',
      causes: ['spec.n FieldValueTypeInvalid'],
    },
  })
  expect(
    answer(await api.post(kind.path(ns), { ...kind.object('a'), metadata: { name: 'a', labels: { a: 1 } } })),
  ).toEqual({
    code: 400,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'Thing in version "v1" cannot be handled as a Thing: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
      reason: 'BadRequest',
      code: 400,
    },
  })
})
