import { expect, test } from 'vitest'
import { answer, refusal } from '../../answers.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, customKind, inGroup } from '../../fixtures.ts'

test('an update replaces the object, and what it leaves out goes', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a?fieldManager=me`
  await api.post(
    `${core(ns, 'configmaps')}?fieldManager=me`,
    configMap('a', { k: 'v' }, { labels: { x: 'y' } }),
  )
  expect(answer(await api.put(path, configMap('a', { l: 'w' })))).toEqual({
    code: 200,
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
            fieldsV1: { 'f:data': { '.': {}, 'f:l': {} } },
          },
        ],
      },
      data: { l: 'w' },
    },
  })
})

test('without a resourceVersion the newest is replaced', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), configMap('a', { k: 'v' }))
  const put = await api.put(`${core(ns, 'configmaps')}/a`, configMap('a', { k: 'w' }))
  expect(put.code).toBe(200)
  expect(Number(put.body.metadata.resourceVersion)).toBeGreaterThan(
    Number(made.body.metadata.resourceVersion),
  )
})

test('with a stale resourceVersion it is refused', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), configMap('a', { k: 'v' }))
  await api.put(`${core(ns, 'configmaps')}/a`, configMap('a', { k: 'w' }))
  const { resourceVersion } = made.body.metadata
  expect(
    refusal(await api.put(`${core(ns, 'configmaps')}/a`, configMap('a', {}, { resourceVersion }))),
  ).toEqual({
    code: 409,
    message:
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    reason: 'Conflict',
    details: { name: 'a', kind: 'configmaps' },
  })
})

test('a resourceVersion that is no number', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const put = await api.put(`${core(ns, 'configmaps')}/a`, configMap('a', {}, { resourceVersion: 'x' }))
  expect(refusal(put)).toEqual({ code: 500, message: 'strconv.ParseUint: parsing "x": invalid syntax' })
})

test('an update that changes nothing keeps the resourceVersion', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), configMap('a', { k: 'v' }))
  const put = await api.put(`${core(ns, 'configmaps')}/a`, configMap('a', { k: 'v' }))
  expect([put.code, put.body]).toEqual([200, made.body])
})

test('of what is not there', async () => {
  const ns = await namespace()
  expect(refusal(await api.put(`${core(ns, 'configmaps')}/a`, configMap('a')))).toEqual({
    code: 404,
    message: 'configmaps "a" not found',
    reason: 'NotFound',
    details: { name: 'a', kind: 'configmaps' },
  })
  expect(
    refusal(await api.put(`${core(ns, 'configmaps')}/a`, configMap('a', {}, { resourceVersion: '5' }))),
  ).toEqual({
    code: 404,
    message: 'configmaps "a" not found',
    reason: 'NotFound',
    details: { name: 'a', kind: 'configmaps' },
  })
})

test('a ConfigMap is not made by an update, a Lease is', async () => {
  const ns = await namespace()
  expect((await api.put(`${core(ns, 'secrets')}/a`, { metadata: { name: 'a' } })).code).toBe(404)
  const leases = inGroup('coordination.k8s.io/v1', ns, 'leases')
  expect((await api.put(`${leases}/a`, { metadata: { name: 'a' } })).code).toBe(201)
  const slices = inGroup('discovery.k8s.io/v1', ns, 'endpointslices')
  expect(
    (await api.put(`${slices}/a`, { metadata: { name: 'a' }, addressType: 'IPv4', endpoints: [] })).code,
  ).toBe(404)
  expect((await api.put(`${core(ns, 'endpoints')}/a`, { metadata: { name: 'a' } })).code).toBe(201)
  expect(
    (await api.put(`${core(ns, 'services')}/a`, { metadata: { name: 'a' }, spec: { ports: [{ port: 1 }] } }))
      .code,
  ).toBe(201)
  expect(
    (
      await api.put(`${inGroup('rbac.authorization.k8s.io/v1', ns, 'roles')}/a`, {
        metadata: { name: 'a' },
        rules: [],
      })
    ).code,
  ).toBe(201)
  const event = {
    metadata: { name: 'a' },
    involvedObject: { namespace: ns, name: 'x', kind: 'Pod' },
    reason: 'R',
    type: 'Normal',
  }
  expect((await api.put(`${core(ns, 'events')}/a`, event)).code).toBe(201)
})

test('another name or namespace in the body than in the path', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  expect(refusal(await api.put(`${core(ns, 'configmaps')}/a`, configMap('b')))).toEqual({
    code: 400,
    message: 'the name of the object (b) does not match the name on the URL (a)',
    reason: 'BadRequest',
  })
  expect(
    refusal(await api.put(`${core(ns, 'configmaps')}/a`, configMap('a', {}, { namespace: 'b' }))),
  ).toEqual({
    code: 400,
    message: 'the namespace of the provided object does not match the namespace sent on the request',
    reason: 'BadRequest',
  })
  expect(refusal(await api.put(`${core(ns, 'configmaps')}/a`, { data: {} }))).toEqual({
    code: 400,
    message: 'the name of the object (a based on URL) was undeterminable: name must be provided',
    reason: 'BadRequest',
  })
})

test('a uid that is not its own', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const put = await api.put(`${core(ns, 'configmaps')}/a`, configMap('a', {}, { uid: 'other' }))
  expect(refusal(put)).toEqual({
    code: 409,
    message:
      'Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key: /registry/configmaps/case/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: UID',
    reason: 'Conflict',
    details: { name: 'a', kind: 'configmaps' },
  })
})

test('metadata that only the server writes stays', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), configMap('a'))
  const put = await api.put(
    `${core(ns, 'configmaps')}/a`,
    configMap(
      'a',
      { k: 'v' },
      {
        creationTimestamp: '2001-01-01T00:00:00Z',

        generation: 9,
        selfLink: '/x',
      },
    ),
  )
  expect(put.body.metadata.creationTimestamp).toBe(made.body.metadata.creationTimestamp)
  expect(answer(put)).toEqual({
    code: 200,
    body: {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'a',
        namespace: 'case',
        uid: 'UID',
        resourceVersion: 'VERSION',
        creationTimestamp: 'TIME',
      },
      data: { k: 'v' },
    },
  })
})

test('generateName can be changed: nothing depends on it', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a', {}, { generateName: 'b-' }))
  const put = await api.put(`${core(ns, 'configmaps')}/a`, configMap('a', {}, { generateName: 'c-' }))
  expect([put.code, put.body.metadata?.generateName]).toEqual([200, 'c-'])
})

test('custom: an update needs a resourceVersion', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } })
  await api.post(kind.path(ns), kind.object('a'))
  expect(refusal(await api.put(`${kind.path(ns)}/a`, kind.object('a')))).toEqual({
    code: 422,
    message:
      'things.group.example.com "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    reason: 'Invalid',
    details: {
      name: 'a',
      group: 'group.example.com',
      kind: 'things',
      causes: ['metadata.resourceVersion FieldValueInvalid'],
    },
  })
  expect(refusal(await api.put(`${kind.path(ns)}/b`, kind.object('b')))).toEqual({
    code: 404,
    message: 'things.group.example.com "b" not found',
    reason: 'NotFound',
    details: { name: 'b', group: 'group.example.com', kind: 'things' },
  })
})

test('the last finalizer that goes from a deleted object takes it along', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(
    core(ns, 'configmaps'),
    configMap('a', {}, { finalizers: ['example.com/a', 'example.com/b'] }),
  )
  await api.delete(path)
  const one = await api.patch(path, 'merge', { metadata: { finalizers: ['example.com/b'] } })
  expect([one.code, one.body.metadata.finalizers]).toEqual([200, ['example.com/b']])
  const more = await api.patch(path, 'merge', {
    metadata: { finalizers: ['example.com/b', 'example.com/c'] },
  })
  expect(refusal(more)).toEqual({
    code: 422,
    message:
      'ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/c"}',
    reason: 'Invalid',
    details: {
      name: 'a',
      kind: 'ConfigMap',
      causes: [
        {
          reason: 'FieldValueForbidden',
          message:
            'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/c"}',
          field: 'metadata.finalizers',
        },
        {
          reason: 'FieldValueForbidden',
          message:
            'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/c"}',
          field: 'metadata.finalizers',
        },
      ],
    },
  })
  const last = await api.patch(path, 'merge', { metadata: { finalizers: [] } })
  expect([last.code, last.body.kind, last.body.metadata.finalizers]).toEqual([200, 'ConfigMap', undefined])
  expect((await api.get(path)).code).toBe(404)
})

test('who wrote it is told by the first part of User-Agent where no fieldManager is said', async () => {
  const ns = await namespace()
  const headers = { 'user-agent': 'kubectl/v1.34 (linux)' }
  const made = await api.post(core(ns, 'configmaps'), configMap('a', { k: 'v' }), { headers })
  expect(made.body.metadata.managedFields[0].manager).toBe('kubectl')
  const without = await api.post(core(ns, 'configmaps'), configMap('b', { k: 'v' }))
  expect(without.body.metadata.managedFields[0].manager).toBe('unknown')
})

test('a fieldManager that is too long', async () => {
  const ns = await namespace()
  const long = await api.post(`${core(ns, 'configmaps')}?fieldManager=${'x'.repeat(129)}`, configMap('a'))
  expect(refusal(long)).toEqual({
    code: 422,
    message:
      'CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
    reason: 'Invalid',
    details: { group: 'meta.k8s.io', kind: 'CreateOptions', causes: ['fieldManager FieldValueTooLong'] },
  })
})
