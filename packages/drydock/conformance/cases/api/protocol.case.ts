import { expect, test } from 'vitest'
import { answer, refusal } from '../../answers.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, customKind, inGroup, pod } from '../../fixtures.ts'

const notFound = {
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
  details: {},
}

test.each([
  ['/api/v2'],
  ['/api/v1/nothings'],
  ['/api/v1/namespaces/default/nothings/a'],
  ['/apis/apps/v9/deployments'],
  ['/apis/apps/v1/nothings'],
  ['/apis/apps/v1/namespaces/default/deployments/a/nothing'],
  ['/api/v1/namespaces/default/nodes'],
  ['/api/v1/namespaces/default/configmaps/a/b'],
  ['/api/v1/pods/a'],
])('GET %s: there is no such thing', async (path) => {
  expect(refusal(await api.get(path))).toEqual(notFound)
})

test.each([
  ['/nothing'],
  ['/apis/nothing.example.com'],
  ['/apis/nothing.example.com/v1'],
  ['/apis/nothing.example.com/v1/things'],
])('GET %s: not even a Status', async (path) => {
  const { code, headers, body } = await api.get(path)
  expect([code, headers['content-type'], body]).toEqual([
    404,
    'text/plain; charset=utf-8',
    '404 page not found\n',
  ])
})

test.each([
  ['PUT', '/api/v1/namespaces/default/configmaps'],
  ['PATCH', '/api/v1/namespaces/default/configmaps'],
  ['POST', '/api/v1/namespaces/default/configmaps/a'],
  ['DELETE', '/api/v1/configmaps'],
  ['POST', '/api/v1/configmaps'],
  ['DELETE', '/apis/apps/v1/namespaces/default/deployments/a/scale'],
  ['POST', '/apis/apps/v1/namespaces/default/deployments/a/scale'],
  ['DELETE', '/apis/apps/v1/namespaces/default/deployments/a/status'],
  ['DELETE', '/api/v1/namespaces'],
  ['PUT', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
  ['GET', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
  ['TRACE', '/api/v1/namespaces/default/configmaps'],
  ['OPTIONS', '/api/v1/namespaces/default/configmaps'],
])('%s %s: no such verb there', async (method, path) => {
  expect(refusal(await api.call(method, path, method === 'GET' ? {} : { body: {} }))).toEqual({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  })
})

test('custom: a path that is not there', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object' } })
  const root = `/apis/${kind.group}`
  const seen = []
  for (const path of [
    `${root}/v2/things`,
    `${root}/v1/others`,
    `${root}/v1/namespaces/${ns}/things/a/other`,
    `${root}/v2`,
  ]) {
    const { code, headers, body } = await api.get(path)
    seen.push(answer({ code, headers, body: [headers['content-type'], body] }))
  }
  expect(seen).toEqual([
    { code: 404, body: ['text/plain; charset=utf-8', '404 page not found\n'] },
    { code: 404, body: ['text/plain; charset=utf-8', '404 page not found\n'] },
    {
      code: 404,
      body: [
        'application/json',
        {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: 'things.group.example.com "a" not found',
          reason: 'NotFound',
          details: { name: 'a', group: 'group.example.com', kind: 'things' },
          code: 404,
        },
      ],
    },
    { code: 404, body: ['text/plain; charset=utf-8', '404 page not found\n'] },
  ])
})

test('custom: a verb that is not there', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object' } })
  expect(refusal(await api.put(kind.path(ns), {}))).toEqual({
    code: 400,
    message: 'name must be provided',
    reason: 'BadRequest',
  })
})

test('HEAD is not for objects', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  expect((await api.call('HEAD', `${core(ns, 'configmaps')}/a`)).code).toBe(405)
})

test('a content type nobody reads', async () => {
  const ns = await namespace()
  const post = await api.post(core(ns, 'configmaps'), 'a=b', { contentType: 'text/plain' })
  expect(refusal(post)).toEqual({
    code: 415,
    message:
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    reason: 'UnsupportedMediaType',
  })
  const form = await api.post(core(ns, 'configmaps'), 'a=b', {
    contentType: 'application/x-www-form-urlencoded',
  })
  expect(refusal(form)).toEqual({
    code: 415,
    message:
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    reason: 'UnsupportedMediaType',
  })
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const put = await api.put(`${core(ns, 'configmaps')}/a`, configMap('a'), { contentType: 'text/plain' })
  expect(refusal(put)).toEqual({
    code: 415,
    message:
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    reason: 'UnsupportedMediaType',
  })
})

test.each(['application/json', 'text/plain', 'application/x-patch'])(
  'a patch of type %s',
  async (contentType) => {
    const ns = await namespace()
    await api.post(core(ns, 'configmaps'), configMap('a'))
    const got = await api.call('PATCH', `${core(ns, 'configmaps')}/a`, { body: {}, contentType })
    expect(refusal(got)).toEqual({
      code: 415,
      message: '415: Unsupported Media Type',
      reason: 'UnsupportedMediaType',
      details: {},
    })
  },
)

test('custom: a content type, and a patch by strategy', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object' } })
  await api.post(kind.path(ns), kind.object('a'))
  expect(refusal(await api.post(kind.path(ns), 'a', { contentType: 'text/plain' }))).toEqual({
    code: 415,
    message:
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    reason: 'UnsupportedMediaType',
  })
  expect(refusal(await api.patch(`${kind.path(ns)}/a`, 'strategic', {}))).toEqual({
    code: 415,
    message:
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    reason: 'UnsupportedMediaType',
  })
})

const forms = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
const streams = 'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'
const none = '406: Not Acceptable\n\nAvailable representations: '

test.each([
  ['', 'text/html', `${none}${forms}, ${streams}`],
  ['/a', 'text/html', none + forms],
  ['/no', 'text/html', none + forms],
  ['/a', 'application/*', none + forms],
  [
    '/a',
    'application/json;as=Nothing;g=meta.k8s.io;v=v1',
    `only the following media types are accepted: ${forms}`,
  ],
  [
    '/a',
    'application/json;as=Table;g=meta.k8s.io;v=v9',
    `only the following media types are accepted: ${forms}`,
  ],
])('nobody can answer%s as %s', async (name, accept, message) => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const got = await api.get(`${core(ns, 'configmaps')}${name}`, { accept })
  const { details, ...said } = refusal(got)
  expect(said).toEqual({ code: 406, reason: 'NotAcceptable', message })
  expect(details).toEqual(message.startsWith(none) ? {} : undefined)
})

test.each([
  ['ConfigMap', 'text/html, application/json'],
  ['ConfigMap', '*/*'],
  ['ConfigMap', 'application/json;q=0.5'],
  ['ConfigMap', ''],
  ['Table', 'application/json;as=Table;v=v1;g=meta.k8s.io, application/json'],
  ['ConfigMap', 'application/json, application/json;as=Table;v=v1;g=meta.k8s.io'],
  ['PartialObjectMetadata', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'],
])('a %s for Accept: %s', async (kind, accept) => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const { code, headers, body } = await api.get(`${core(ns, 'configmaps')}/a`, { accept })
  expect([code, headers['content-type'], body.kind]).toEqual([200, 'application/json', kind])
})

test('YAML goes in', async () => {
  const ns = await namespace()
  const text = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: "true"\n`
  const made = await api.post(core(ns, 'configmaps'), text, { contentType: 'application/yaml' })
  expect([made.code, made.body.data]).toEqual([201, { k: 'true' }])
})

const into = String.raw`Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`
const unread = "couldn't get version/kind; json parse error: "

test.each([
  ['{', 'json', `${unread}unexpected end of JSON input ({)`],
  [
    '{"metadata":{"name":"a",}}',
    'json',
    `${unread}invalid character '}' looking for beginning of object key string ({"metadata":{"name":"a",}})`,
  ],
  ['"text"', 'json', `${unread}json: cannot unmarshal string into ${into} (227465787422)`],
  ['[]', 'json', `${unread}json: cannot unmarshal array into ${into} (5b5d)`],
  ['{} {}', 'json', `${unread}invalid character '{' after top-level value ({} {})`],
  ['- a', 'yaml', `${unread}json: cannot unmarshal array into ${into} (2d2061)`],
  ['text', 'yaml', `${unread}json: cannot unmarshal string into ${into} (74657874)`],
])('the body %s as %s', async (body, type, why) => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), body, { contentType: `application/${type}` })
  expect(refusal(made)).toEqual({
    code: 400,
    reason: 'BadRequest',
    message: `the object provided is unrecognized (must be of type ConfigMap): ${why}`,
  })
})

test('custom: a body that cannot be read', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object' } })
  expect(refusal(await api.post(kind.path(ns), '{'))).toEqual({
    code: 400,
    message:
      "the object provided is unrecognized (must be of type Thing): couldn't get version/kind; json parse error: unexpected end of JSON input ({)",
    reason: 'BadRequest',
  })
  expect(refusal(await api.post(kind.path(ns), '[]'))).toEqual({
    code: 400,
    message:
      'the object provided is unrecognized (must be of type Thing): couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)',
    reason: 'BadRequest',
  })
})

test('a body that is too large', async () => {
  const ns = await namespace()
  const text = JSON.stringify(configMap('a', { k: 'x'.repeat(3 * 1024 * 1024) }))
  const { code, headers, body } = await api.post(core(ns, 'configmaps'), text)
  expect([code, headers['content-type'], body]).toEqual([
    413,
    'application/json',
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Request entity too large: limit is 3145728',
      reason: 'RequestEntityTooLarge',
      code: 413,
    },
  ])
})

test('an object that is too large for the store', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), configMap('a', { k: 'x'.repeat(1024 * 1024 + 1) }))
  expect(refusal(made)).toEqual({
    code: 422,
    message: 'ConfigMap "a" is invalid: []: Too long: may not be more than 1048576 bytes',
    reason: 'Invalid',
    details: { name: 'a', kind: 'ConfigMap', causes: ['[] FieldValueTooLong'] },
  })
})

test('errors come as JSON, with a length', async () => {
  const ns = await namespace()
  const { headers } = await api.get(`${core(ns, 'configmaps')}/a`)
  expect([headers['content-type'], headers['cache-control']]).toEqual([
    'application/json',
    'no-cache, private',
  ])
})

test('a get of one that is not there', async () => {
  const ns = await namespace()
  expect(refusal(await api.get(`${core(ns, 'pods')}/a`))).toEqual({
    code: 404,
    message: 'pods "a" not found',
    reason: 'NotFound',
    details: { name: 'a', kind: 'pods' },
  })
  expect(refusal(await api.get(`${inGroup('apps/v1', ns, 'deployments')}/a`))).toEqual({
    code: 404,
    message: 'deployments.apps "a" not found',
    reason: 'NotFound',
    details: { name: 'a', group: 'apps', kind: 'deployments' },
  })
  expect(refusal(await api.get('/api/v1/namespaces/no-such'))).toEqual({
    code: 404,
    message: 'namespaces "no-such" not found',
    reason: 'NotFound',
    details: { name: 'no-such', kind: 'namespaces' },
  })
})

test('a get at a resourceVersion', async () => {
  const ns = await namespace()
  const { resourceVersion } = (await api.post(core(ns, 'pods'), pod('a'))).body.metadata
  const path = `${core(ns, 'pods')}/a`
  expect((await api.get(`${path}?resourceVersion=0`)).code).toBe(200)
  expect((await api.get(`${path}?resourceVersion=${resourceVersion}`)).code).toBe(200)
  expect(refusal(await api.get(`${path}?resourceVersion=x`))).toEqual({
    code: 500,
    message: 'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
  })
})

test('no path of the server is open without a token but health and version', async () => {
  for (const path of ['/api', '/apis', '/api/v1/pods', '/openapi/v2'])
    expect(refusal(await api.get(path, { headers: { authorization: 'Bearer wrong' } }))).toEqual({
      code: 401,
      reason: 'Unauthorized',
      message: 'Unauthorized',
    })
})
