import { expect, test } from 'vitest'
import { answer, plain, refusal } from '../../answers.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, customKind, deployment, inGroup, pod } from '../../fixtures.ts'

test('a create answers 201 with the object and who made it', async () => {
  const ns = await namespace()
  const made = await api.post(`${core(ns, 'configmaps')}?fieldManager=me`, configMap('a', { k: 'v' }))
  expect(answer(made)).toEqual({
    code: 201,
    body: {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'a',
        namespace: 'case',
        uid: 'UID',
        resourceVersion: 'VERSION',
        creationTimestamp: 'TIME',
        managedFields: [
          {
            manager: 'me',
            operation: 'Update',
            apiVersion: 'v1',
            time: 'TIME',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { '.': {}, 'f:k': {} } },
          },
        ],
      },
      data: { k: 'v' },
    },
  })
})

test('apiVersion and kind may be left out', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), { metadata: { name: 'a' } })
  expect(plain([made.code, made.body.apiVersion, made.body.kind])).toEqual([201, 'v1', 'ConfigMap'])
})

test('what only the server sets is not taken from the client', async () => {
  const ns = await namespace()
  const { body } = await api.post(`${core(ns, 'configmaps')}?fieldManager=me`, {
    metadata: {
      name: 'a',
      uid: 'mine',
      creationTimestamp: '2001-01-01T00:00:00Z',
      deletionTimestamp: '2001-01-01T00:00:00Z',
      deletionGracePeriodSeconds: 5,
      generation: 7,
      selfLink: '/here',
    },
  })
  expect(body.metadata.creationTimestamp).not.toContain('2001')
  expect(plain(body)).toEqual({
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      name: 'a',
      namespace: 'case',
      uid: 'UID',
      resourceVersion: 'VERSION',
      generation: 7,
      creationTimestamp: 'TIME',
    },
  })
})

test('a resourceVersion must not be set', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), { metadata: { name: 'a', resourceVersion: '5' } })
  expect(refusal(made)).toEqual({
    code: 500,
    message: 'resourceVersion should not be set on objects to be created',
  })
})

test('what exists is not made twice', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  expect(refusal(await api.post(core(ns, 'configmaps'), configMap('a')))).toEqual({
    code: 409,
    message: 'configmaps "a" already exists',
    reason: 'AlreadyExists',
    details: { name: 'a', kind: 'configmaps' },
  })
  await api.post(inGroup('apps/v1', ns, 'deployments'), deployment('a'))
  expect(refusal(await api.post(inGroup('apps/v1', ns, 'deployments'), deployment('a')))).toEqual({
    code: 409,
    message: 'deployments.apps "a" already exists',
    reason: 'AlreadyExists',
    details: { name: 'a', group: 'apps', kind: 'deployments' },
  })
})

test('another namespace in the body than in the path', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), { metadata: { name: 'a', namespace: 'default' } })
  expect(refusal(made)).toEqual({
    code: 400,
    message: 'the namespace of the provided object does not match the namespace sent on the request',
    reason: 'BadRequest',
  })
})

test('the body of another kind', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a' },
  })
  expect(refusal(made)).toEqual({
    code: 400,
    message:
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    reason: 'BadRequest',
  })
})

test('the body of a kind nobody knows', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), {
    apiVersion: 'v1',
    kind: 'Nothing',
    metadata: { name: 'a' },
  })
  expect(refusal(made)).toEqual({
    code: 400,
    message:
      'Nothing in version "v1" cannot be handled as a ConfigMap: no kind "Nothing" is registered for version "v1" in scheme "pkg/runtime/scheme.go:110"',
    reason: 'BadRequest',
  })
})

test('the body of another version', async () => {
  const ns = await namespace()
  const path = inGroup('apps/v1', ns, 'deployments')
  const made = await api.post(path, { ...deployment('a'), apiVersion: 'apps/v1beta1' })
  expect(refusal(made)).toEqual({
    code: 400,
    message: 'the API version in the data (apps/v1beta1) does not match the expected API version (apps/v1)',
    reason: 'BadRequest',
  })
  const other = await api.post(path, { ...deployment('a'), apiVersion: 'batch/v1', kind: 'Job' })
  expect(refusal(other)).toEqual({
    code: 400,
    message:
      'Job in version "v1" cannot be handled as a Deployment: converting (v1.Job) to (apps.Deployment): unknown conversion',
    reason: 'BadRequest',
  })
})

test('custom: another kind, another version, no kind at all', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object', properties: { a: { type: 'string' } } } })
  const path = kind.path(ns)
  expect(refusal(await api.post(path, { ...kind.object('a'), kind: 'Other' }))).toEqual({
    code: 422,
    message: 'Other.group.example.com "a" is invalid: kind: Invalid value: "Other": must be Thing',
    reason: 'Invalid',
    details: { name: 'a', group: 'group.example.com', kind: 'Other', causes: ['kind FieldValueInvalid'] },
  })
  expect(refusal(await api.post(path, { ...kind.object('a'), apiVersion: `${kind.group}/v2` }))).toEqual({
    code: 400,
    message:
      'the API version in the data (group.example.com/v2) does not match the expected API version (group.example.com/v1)',
    reason: 'BadRequest',
  })
  expect(refusal(await api.post(path, { metadata: { name: 'a' } }))).toEqual({
    code: 400,
    message:
      'the object provided is unrecognized (must be of type Thing): Object \'Kind\' is missing in \'{"metadata":{"name":"a"}}\' ({"metadata":{"name":"a"}})',
    reason: 'BadRequest',
  })
})

test('custom: a create answers with what was sent, generation 1', async () => {
  const ns = await namespace()
  const kind = await customKind({
    spec: { type: 'object', properties: { a: { type: 'string', default: 'b' } } },
  })
  const made = await api.post(`${kind.path(ns)}?fieldManager=me`, kind.object('a', { spec: {} }))
  expect(answer(made)).toEqual({
    code: 201,
    body: {
      apiVersion: 'group.example.com/v1',
      kind: 'Thing',
      metadata: {
        creationTimestamp: 'TIME',
        generation: 1,
        managedFields: [
          {
            apiVersion: 'group.example.com/v1',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:spec': { '.': {}, 'f:a': {} } },
            manager: 'me',
            operation: 'Update',
            time: 'TIME',
          },
        ],
        name: 'a',
        namespace: 'case',
        resourceVersion: 'VERSION',
        uid: 'UID',
      },
      spec: { a: 'b' },
    },
  })
})

test('two objects in one body', async () => {
  const ns = await namespace()
  expect(refusal(await api.post(core(ns, 'configmaps'), [configMap('a')]))).toEqual({
    code: 400,
    message:
      'the object provided is unrecognized (must be of type ConfigMap): couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b7b2261706956657273696f6e223a227631222c226b696e64223a22436f ...)',
    reason: 'BadRequest',
  })
})

test('an empty body', async () => {
  const ns = await namespace()
  const made = await api.call('POST', core(ns, 'configmaps'))
  expect(refusal(made)).toEqual({
    code: 400,
    message:
      "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
    reason: 'BadRequest',
  })
})

test('a status sent with a create is not stored', async () => {
  const ns = await namespace()
  const made = await api.post(inGroup('apps/v1', ns, 'deployments'), {
    ...deployment('a'),
    status: { replicas: 7 },
  })
  expect([made.code, made.body.status]).toEqual([201, {}])
  const one = await api.post(core(ns, 'pods'), {
    ...pod('a'),
    status: { phase: 'Running', podIP: '1.2.3.4' },
  })
  expect([one.code, one.body.status]).toEqual([201, { phase: 'Pending', qosClass: 'BestEffort' }])
})
