import { expect, test } from 'vitest'
import { answer, plain, refusal } from '../../answers.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, customKind, deployment, inGroup, pod } from '../../fixtures.ts'

const held = { finalizers: ['example.com/stay'] }

test('most kinds answer with a Status that tells what went', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  expect(answer(await api.delete(`${core(ns, 'configmaps')}/a`))).toEqual({
    code: 200,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: 'UID' },
    },
  })
  await api.post(inGroup('apps/v1', ns, 'deployments'), deployment('a'))
  expect(answer(await api.delete(`${inGroup('apps/v1', ns, 'deployments')}/a`))).toEqual({
    code: 200,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', group: 'apps', kind: 'deployments', uid: 'UID' },
    },
  })
  const kind = await customKind({ spec: { type: 'object' } })
  await api.post(kind.path(ns), kind.object('a'))
  expect(answer(await api.delete(`${kind.path(ns)}/a`))).toEqual({
    code: 200,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', group: 'group.example.com', kind: 'things', uid: 'UID' },
    },
  })
})

const spec = { containers: [{ name: 'a', image: 'b' }] }
const template = { metadata: { labels: { a: 'b' } }, spec }

test.each([
  ['Pod', 'pods', pod('a')],
  ['Service', 'services', { metadata: { name: 'a' }, spec: { ports: [{ port: 1 }] } }],
  ['ServiceAccount', 'serviceaccounts', { metadata: { name: 'a' } }],
  ['PodTemplate', 'podtemplates', { metadata: { name: 'a' }, template }],
  ['ResourceQuota', 'resourcequotas', { metadata: { name: 'a' } }],
  [
    'ReplicationController',
    'replicationcontrollers',
    { metadata: { name: 'a' }, spec: { replicas: 0, template } },
  ],
  ['Status', 'secrets', { metadata: { name: 'a' } }],
  ['Status', 'endpoints', { metadata: { name: 'a' } }],
  ['Status', 'limitranges', { metadata: { name: 'a' }, spec: { limits: [] } }],
])('a %s is the answer to a deletion from %s', async (kind, plural, body) => {
  const ns = await namespace()
  expect((await api.post(core(ns, plural), body)).code).toBe(201)
  const { code, body: answered } = await api.delete(`${core(ns, plural)}/a`)
  expect([code, answered.kind]).toEqual([200, kind])
})

test('an object that is held answers with itself, marked', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(`${core(ns, 'configmaps')}?fieldManager=me`, configMap('a', {}, held))
  expect(answer(await api.delete(path))).toEqual({
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
        deletionTimestamp: 'TIME',
        deletionGracePeriodSeconds: 0,
        finalizers: ['example.com/stay'],
        managedFields: [
          {
            manager: 'me',
            operation: 'Update',
            apiVersion: 'v1',
            time: 'TIME',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"example.com/stay"': {} } } },
          },
        ],
      },
    },
  })
})

test('deleting it again changes nothing', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(core(ns, 'configmaps'), configMap('a', {}, held))
  const first = await api.delete(path)
  const second = await api.delete(path)
  expect([second.code, second.body]).toEqual([200, first.body])
})

test('what is not there', async () => {
  const ns = await namespace()
  expect(refusal(await api.delete(`${core(ns, 'configmaps')}/a`))).toEqual({
    code: 404,
    message: 'configmaps "a" not found',
    reason: 'NotFound',
    details: { name: 'a', kind: 'configmaps' },
  })
  expect(refusal(await api.delete(`${inGroup('apps/v1', ns, 'deployments')}/a`))).toEqual({
    code: 404,
    message: 'deployments.apps "a" not found',
    reason: 'NotFound',
    details: { name: 'a', group: 'apps', kind: 'deployments' },
  })
})

test('preconditions', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  const made = await api.post(core(ns, 'configmaps'), configMap('a'))
  const { uid, resourceVersion } = made.body.metadata
  const other = await api.delete(path, { preconditions: { uid: 'other' } })
  expect(refusal(other)).toEqual({
    code: 409,
    message:
      'Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (other) does not match the UID in record (UID). The object might have been deleted and then recreated',
    reason: 'Conflict',
    details: { name: 'a', kind: 'ConfigMap' },
  })
  const stale = await api.delete(path, { preconditions: { resourceVersion: '1' } })
  expect(refusal(stale).message).toBe(
    `Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
  )
  const fits = await api.delete(path, { preconditions: { uid, resourceVersion } })
  expect(fits.code).toBe(200)
})

test.each([
  ['Background', ['example.com/stay']],
  ['Foreground', ['example.com/stay', 'foregroundDeletion']],
  ['Orphan', ['example.com/stay', 'orphan']],
])('propagationPolicy %s is kept as the finalizers %s', async (propagationPolicy, finalizers) => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(core(ns, 'configmaps'), configMap('a', {}, held))
  const { code, body } = await api.delete(path, { propagationPolicy })
  expect([code, body.metadata.finalizers]).toEqual([200, finalizers])
})

test('the policy in the query', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(core(ns, 'configmaps'), configMap('a', {}, held))
  const { body } = await api.delete(`${path}?propagationPolicy=Orphan`)
  expect(body.metadata.finalizers).toEqual(['example.com/stay', 'orphan'])
})

test('a body goes before the query', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(core(ns, 'configmaps'), configMap('a', {}, held))
  const { body } = await api.delete(`${path}?propagationPolicy=Orphan`, { gracePeriodSeconds: 5 })
  expect(body.metadata.finalizers).toEqual(['example.com/stay'])
})

test('a policy nobody knows', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const path = `${core(ns, 'configmaps')}/a`
  expect(refusal(await api.delete(path, { propagationPolicy: 'Else' }))).toEqual({
    code: 422,
    message:
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Else": supported values: "Foreground", "Background", "Orphan", "nil"',
    reason: 'Invalid',
    details: {
      group: 'meta.k8s.io',
      kind: 'DeleteOptions',
      causes: ['propagationPolicy FieldValueNotSupported'],
    },
  })
})

test('orphanDependents and a policy exclude each other', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a', {}, held))
  const path = `${core(ns, 'configmaps')}/a`
  const both = await api.delete(path, { propagationPolicy: 'Orphan', orphanDependents: true })
  expect(refusal(both)).toEqual({
    code: 422,
    message:
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
    reason: 'Invalid',
    details: { group: 'meta.k8s.io', kind: 'DeleteOptions', causes: ['propagationPolicy FieldValueInvalid'] },
  })
  const { body } = await api.delete(path, { orphanDependents: true })
  expect(body.metadata.finalizers).toEqual(['example.com/stay', 'orphan'])
})

test('options that are no options', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const path = `${core(ns, 'configmaps')}/a`
  expect(refusal(await api.delete(path, { gracePeriodSeconds: 'x' }))).toEqual({
    code: 500,
    message:
      'json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
  })
  expect(refusal(await api.delete(`${path}?gracePeriodSeconds=x`))).toEqual({
    code: 400,
    message: 'strconv.ParseInt: parsing "x": invalid syntax',
    reason: 'BadRequest',
  })
  expect(refusal(await api.delete(path, { apiVersion: 'v1', kind: 'ConfigMap' }))).toEqual({
    code: 500,
    message: 'no kind "ConfigMap" is registered for version "v1" in scheme "pkg/runtime/scheme.go:110"',
  })
  expect(refusal(await api.delete(path, '{'))).toEqual({
    code: 500,
    message: "couldn't get version/kind; json parse error: unexpected end of JSON input",
  })
  expect((await api.delete(path, { apiVersion: 'meta.k8s.io/v1', kind: 'DeleteOptions' })).code).toBe(200)
})

test('a pod without a node goes at once', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'pods'), pod('a'))
  const { code, body } = await api.delete(`${core(ns, 'pods')}/a`)
  const { deletionGracePeriodSeconds, deletionTimestamp } = body.metadata
  expect(plain([code, deletionGracePeriodSeconds, deletionTimestamp])).toEqual([200, 0, 'TIME'])
  expect((await api.get(`${core(ns, 'pods')}/a`)).code).toBe(404)
})

test('a pod on a node gets its grace', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'pods')}/a`
  await api.post(core(ns, 'pods'), pod('a', { nodeName: 'case-node-1', terminationGracePeriodSeconds: 7 }))
  const { code, body } = await api.delete(path)
  expect([code, body.metadata.deletionGracePeriodSeconds, body.metadata.generation]).toEqual([200, 7, 2])
  const before = Date.parse(body.metadata.deletionTimestamp)
  expect(before - Date.parse(body.metadata.creationTimestamp)).toBeGreaterThanOrEqual(7000)
  const shorter = await api.delete(path, { gracePeriodSeconds: 2 })
  expect(shorter.body.metadata.deletionGracePeriodSeconds).toBe(2)
  expect(Date.parse(shorter.body.metadata.deletionTimestamp)).toBe(before - 5000)
  const longer = await api.delete(path, { gracePeriodSeconds: 60 })
  expect(longer.body.metadata).toEqual(shorter.body.metadata)
  const now = await api.delete(path, { gracePeriodSeconds: 0 })
  expect([now.code, now.body.kind]).toEqual([200, 'Pod'])
  expect((await api.get(path)).code).toBe(404)
})

test('negative grace counts as one second', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'pods')}/a`
  await api.post(core(ns, 'pods'), pod('a', { nodeName: 'case-node-1' }))
  const { code, body } = await api.delete(path, { gracePeriodSeconds: -1 })
  expect([code, body.metadata?.deletionGracePeriodSeconds]).toEqual([200, 1])
  await api.delete(path, { gracePeriodSeconds: 0 })
})

test('a pod that ended goes at once, node or not', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'pods')}/a`
  await api.post(core(ns, 'pods'), pod('a', { nodeName: 'case-node-1' }))
  await api.patch(`${path}/status`, 'merge', { status: { phase: 'Succeeded' } })
  await api.delete(path)
  expect((await api.get(path)).code).toBe(404)
})

test('a grace period means nothing to other kinds', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a', {}, held))
  const { body } = await api.delete(`${core(ns, 'configmaps')}/a`, { gracePeriodSeconds: 30 })
  expect(body.metadata.deletionGracePeriodSeconds).toBe(0)
})

test('a deletion counts as a generation where there is one', async () => {
  const ns = await namespace()
  const path = `${inGroup('apps/v1', ns, 'deployments')}/a`
  const body = deployment('a')
  body.metadata.finalizers = held.finalizers
  await api.post(inGroup('apps/v1', ns, 'deployments'), body)
  expect((await api.delete(path)).body.metadata.generation).toBe(2)
  await api.patch(path, 'merge', { metadata: { finalizers: null } })
})

test('a held object is not created again', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a', {}, held))
  await api.delete(`${core(ns, 'configmaps')}/a`)
  expect(refusal(await api.post(core(ns, 'configmaps'), configMap('a')))).toEqual({
    code: 409,
    message: 'object is being deleted: configmaps "a" already exists',
    reason: 'AlreadyExists',
    details: { name: 'a', kind: 'configmaps' },
  })
})

test('a collection: what the selectors match goes, the list of it is the answer', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  for (const [name, app] of [
    ['a', 'x'],
    ['b', 'x'],
    ['c', 'y'],
  ])
    await api.post(path, { metadata: { name, labels: { app } } })
  const { code, body } = await api.delete(`${path}?labelSelector=app%3Dx`)
  const names = (items: { metadata: { name: string } }[]) => items.map((i) => i.metadata.name)
  expect([code, body.kind, body.apiVersion, names(body.items)]).toEqual([200, 'SecretList', 'v1', ['a', 'b']])
  expect(names((await api.get(path)).body.items)).toEqual(['c'])
  const field = await api.delete(`${path}?fieldSelector=metadata.name%3Dc`)
  expect(names(field.body.items)).toEqual(['c'])
  expect((await api.get(path)).body.items).toEqual([])
})

test('a collection: held objects are marked', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'secrets'), { metadata: { name: 'a', ...held } })
  const { code, body } = await api.delete(core(ns, 'secrets'))
  const { deletionTimestamp, deletionGracePeriodSeconds } = body.items[0].metadata
  expect([code, deletionTimestamp, deletionGracePeriodSeconds]).toEqual([200, undefined, undefined])
  expect(typeof (await api.get(`${core(ns, 'secrets')}/a`)).body.metadata.deletionTimestamp).toBe('string')
  await api.patch(`${core(ns, 'secrets')}/a`, 'merge', { metadata: { finalizers: null } })
})

test('a collection: of nothing, and of all namespaces', async () => {
  const ns = await namespace()
  const { code, body } = await api.delete(core(ns, 'secrets'))
  expect([code, body.items]).toEqual([200, []])
  expect(refusal(await api.delete('/api/v1/secrets'))).toEqual({
    code: 405,
    message: 'the server does not allow this method on the requested resource',
    reason: 'MethodNotAllowed',
    details: {},
  })
})
