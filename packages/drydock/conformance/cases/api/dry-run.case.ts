import { expect, test } from 'vitest'
import { answer, plain, refusal } from '../../answers.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, deployment, inGroup, pod } from '../../fixtures.ts'

test('create: the whole object as it would be, and nothing stored', async () => {
  const ns = await namespace()
  const path = inGroup('apps/v1', ns, 'deployments')
  const made = await api.post(`${path}?dryRun=All&fieldManager=me`, deployment('a'))
  const { managedFields, ...metadata } = made.body.metadata
  expect(made.code).toBe(201)
  expect(plain(metadata)).toEqual({
    name: 'a',
    namespace: 'case',
    uid: 'UID',
    generation: 1,
    creationTimestamp: 'TIME',
  })
  expect(managedFields).toHaveLength(1)
  expect((await api.get(`${path}/a`)).code).toBe(404)
})

test('create: with a generated name', async () => {
  const ns = await namespace()
  const made = await api.post(`${core(ns, 'configmaps')}?dryRun=All`, { metadata: { generateName: 'x-' } })
  expect([made.code, /^x-[a-z0-9]{5}$/.test(made.body.metadata.name)]).toEqual([201, true])
  expect(
    (await api.get(core(ns, 'configmaps'))).body.items.filter((i: { metadata: { name: string } }) =>
      i.metadata.name.startsWith('x-'),
    ),
  ).toEqual([])
})

test('create: a Service is shown without an address taken for good', async () => {
  const ns = await namespace()
  const made = await api.post(`${core(ns, 'services')}?dryRun=All`, {
    metadata: { name: 'a' },
    spec: { type: 'NodePort', ports: [{ port: 80 }] },
  })
  expect(made.code).toBe(201)
  expect((await api.get(`${core(ns, 'services')}/a`)).code).toBe(404)
})

test('create: what is invalid or there already is refused all the same', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  expect(refusal(await api.post(`${core(ns, 'configmaps')}?dryRun=All`, configMap('a'))).reason).toBe(
    'AlreadyExists',
  )
  expect(refusal(await api.post(`${core(ns, 'configmaps')}?dryRun=All`, configMap('A'))).reason).toBe(
    'Invalid',
  )
})

test('update and patches: shown with the resourceVersion of what is stored', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  const made = await api.post(core(ns, 'configmaps'), configMap('a', { k: 'v' }))
  const update = await api.put(`${path}?dryRun=All`, configMap('a', { k: 'w' }))
  expect([update.code, update.body.data]).toEqual([200, { k: 'w' }])
  expect(update.body.metadata.resourceVersion).toBe(made.body.metadata.resourceVersion)
  const merge = await api.patch(`${path}?dryRun=All`, 'merge', { data: { k: 'x' } })
  expect([merge.code, merge.body.data]).toEqual([200, { k: 'x' }])
  const json = await api.patch(`${path}?dryRun=All`, 'json', [{ op: 'replace', path: '/data/k', value: 'y' }])
  expect([json.code, json.body.data]).toEqual([200, { k: 'y' }])
  expect((await api.get(path)).body).toEqual(made.body)
})

test('update: a stale resourceVersion is refused all the same', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const stale = await api.put(
    `${core(ns, 'configmaps')}/a?dryRun=All`,
    configMap('a', {}, { resourceVersion: '1' }),
  )
  expect(refusal(stale)).toEqual({
    code: 409,
    message:
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    reason: 'Conflict',
    details: { name: 'a', kind: 'configmaps' },
  })
})

test('apply: what it would make, and who would own it', async () => {
  const ns = await namespace()
  const made = await api.apply(`${core(ns, 'configmaps')}/a`, 'me', configMap('a', { k: 'v' }), 'dryRun=All')
  expect(answer(made)).toEqual({
    code: 201,
    body: {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'a',
        namespace: 'case',
        uid: 'UID',
        creationTimestamp: 'TIME',
        managedFields: [
          {
            manager: 'me',
            operation: 'Apply',
            apiVersion: 'v1',
            time: 'TIME',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { 'f:k': {} } },
          },
        ],
      },
      data: { k: 'v' },
    },
  })
  expect((await api.get(`${core(ns, 'configmaps')}/a`)).code).toBe(404)
})

test('delete: in the query and in the body', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const path = `${core(ns, 'configmaps')}/a`
  expect(answer(await api.delete(`${path}?dryRun=All`))).toEqual({
    code: 200,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: 'UID' },
    },
  })
  expect((await api.delete(path, { dryRun: ['All'] })).code).toBe(200)
  expect((await api.get(path)).code).toBe(200)
})

test('delete: an object with a finalizer is shown as it is, not marked', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(core(ns, 'configmaps'), configMap('a', {}, { finalizers: ['example.com/x'] }))
  const { code, body } = await api.delete(`${path}?dryRun=All`)
  expect([code, body.kind, typeof body.metadata.deletionTimestamp]).toEqual([200, 'ConfigMap', 'string'])
  expect((await api.get(path)).body.metadata.deletionTimestamp).toBeUndefined()
  await api.patch(path, 'merge', { metadata: { finalizers: null } })
})

test('delete: a bound pod', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'pods'), pod('a', { nodeName: 'case-node-1' }))
  const { code, body } = await api.delete(`${core(ns, 'pods')}/a?dryRun=All`)
  expect([
    code,
    body.kind,
    typeof body.metadata.deletionTimestamp,
    body.metadata.deletionGracePeriodSeconds,
  ]).toEqual([200, 'Pod', 'string', 30])
  expect((await api.get(`${core(ns, 'pods')}/a`)).body.metadata.deletionTimestamp).toBeUndefined()
  await api.delete(`${core(ns, 'pods')}/a`, { gracePeriodSeconds: 0 })
})

test('deletecollection: the list, and all is there still', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'secrets'), { metadata: { name: 'a' } })
  const { code, body } = await api.delete(`${core(ns, 'secrets')}?dryRun=All`)
  expect([code, body.kind, body.items.length]).toEqual([200, 'SecretList', 1])
  expect((await api.get(`${core(ns, 'secrets')}/a`)).code).toBe(200)
})

test.each([
  ['POST', ''],
  ['PUT', '/a'],
  ['PATCH', '/a'],
  ['DELETE', '/a'],
  ['DELETE', ''],
])('%s %s refuses any other value', async (method, name) => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const got = await api.call(method, `${core(ns, 'configmaps')}${name}?dryRun=Some`, {
    ...(method === 'DELETE' ? {} : { body: configMap(method === 'POST' ? 'b' : 'a') }),
    ...(method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {}),
  })
  const kind =
    { POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions' }[method] ?? 'DeleteOptions'
  const message = 'Unsupported value: ["Some"]: supported values: "All"'
  expect(refusal(got)).toEqual({
    code: 422,
    reason: 'Invalid',
    message: `${kind}.meta.k8s.io "" is invalid: dryRun: ${message}`,
    details: { group: 'meta.k8s.io', kind, causes: ['dryRun FieldValueNotSupported'] },
  })
})

test('a scale and a status', async () => {
  const ns = await namespace()
  const path = `${inGroup('apps/v1', ns, 'deployments')}/a`
  await api.post(inGroup('apps/v1', ns, 'deployments'), deployment('a'))
  const scale = await api.patch(`${path}/scale?dryRun=All`, 'merge', { spec: { replicas: 3 } })
  expect([scale.code, scale.body.spec]).toEqual([200, { replicas: 3 }])
  const status = await api.patch(`${path}/status?dryRun=All`, 'merge', { status: { replicas: 9 } })
  expect([status.code, status.body.status.replicas]).toEqual([200, 9])
  const { spec, status: stored } = (await api.get(path)).body
  expect([spec.replicas, stored.replicas]).toEqual([0, undefined])
})
