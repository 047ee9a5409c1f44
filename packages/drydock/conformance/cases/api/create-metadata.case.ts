import { expect, test } from 'vitest'
import { refusal } from '../../answers.ts'
import { api, gone, namespace, unique } from '../../cluster.ts'
import { configMap, core, deployment, inGroup } from '../../fixtures.ts'

test('no name at all', async () => {
  const ns = await namespace()
  expect(refusal(await api.post(core(ns, 'configmaps'), { metadata: {} }))).toEqual({
    code: 422,
    message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    reason: 'Invalid',
    details: { kind: 'ConfigMap', causes: ['metadata.name FieldValueRequired'] },
  })
  expect(refusal(await api.post(core(ns, 'configmaps'), {}))).toEqual({
    code: 422,
    message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    reason: 'Invalid',
    details: { kind: 'ConfigMap', causes: ['metadata.name FieldValueRequired'] },
  })
})

test('a name that no name can be', async () => {
  const ns = await namespace()
  expect(refusal(await api.post(core(ns, 'configmaps'), configMap('Not_A Name')))).toEqual({
    code: 422,
    message:
      "ConfigMap \"Not_A Name\" is invalid: metadata.name: Invalid value: \"Not_A Name\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    reason: 'Invalid',
    details: { name: 'Not_A Name', kind: 'ConfigMap', causes: ['metadata.name FieldValueInvalid'] },
  })
  expect(
    refusal(
      await api.post(core(ns, 'services'), { metadata: { name: '1st' }, spec: { ports: [{ port: 1 }] } }),
    ),
  ).toEqual({
    code: 422,
    message:
      "Service \"1st\" is invalid: metadata.name: Invalid value: \"1st\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    reason: 'Invalid',
    details: { name: '1st', kind: 'Service', causes: ['metadata.name FieldValueInvalid'] },
  })
  expect(refusal(await api.post('/api/v1/namespaces', { metadata: { name: 'a.b' } }))).toEqual({
    code: 422,
    message: 'Namespace "a.b" is invalid: metadata.name: Invalid value: "a.b": must not contain dots',
    reason: 'Invalid',
    details: { name: 'a.b', kind: 'Namespace', causes: ['metadata.name FieldValueInvalid'] },
  })
})

test('generateName gives five letters and digits that cannot form words', async () => {
  const ns = await namespace()
  const { code, body } = await api.post(core(ns, 'configmaps'), { metadata: { generateName: 'made-' } })
  expect(code).toBe(201)
  expect(body.metadata.name).toMatch(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  expect(body.metadata.generateName).toBe('made-')
})

test('a long generateName is cut so that the name has 63 characters', async () => {
  const ns = await namespace()
  const { body } = await api.post(core(ns, 'configmaps'), { metadata: { generateName: 'x'.repeat(100) } })
  expect(body.metadata.name).toMatch(/^x{58}[a-z0-9]{5}$/)
  expect(body.metadata.generateName).toBe('x'.repeat(100))
})

test('a name goes before a generateName', async () => {
  const ns = await namespace()
  const { body } = await api.post(core(ns, 'configmaps'), { metadata: { name: 'a', generateName: 'b-' } })
  expect([body.metadata.name, body.metadata.generateName]).toEqual(['a', 'b-'])
})

test('a generateName that no name can begin with', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), { metadata: { generateName: 'Bad_' } })
  expect(made.body.message.replaceAll(/Bad_[a-z0-9]{5}/g, 'Bad_xxxxx')).toBe(
    "ConfigMap \"Bad_xxxxx\" is invalid: [metadata.generateName: Invalid value: \"Bad_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'), metadata.name: Invalid value: \"Bad_xxxxx\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')]",
  )
  expect(made.body.details.causes.map((c: { field: string }) => c.field)).toEqual([
    'metadata.generateName',
    'metadata.name',
  ])
})

test('a namespace that is not there', async () => {
  expect(refusal(await api.post(core('no-such', 'configmaps'), configMap('a')))).toEqual({
    code: 404,
    message: 'namespaces "no-such" not found',
    reason: 'NotFound',
    details: { name: 'no-such', kind: 'namespaces' },
  })
  expect(refusal(await api.post(inGroup('apps/v1', 'no-such', 'deployments'), deployment('a')))).toEqual({
    code: 404,
    message: 'namespaces "no-such" not found',
    reason: 'NotFound',
    details: { name: 'no-such', kind: 'namespaces' },
  })
})

test('a namespace that is going', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('stays', {}, { finalizers: ['example.com/stay'] }))
  await api.delete(`/api/v1/namespaces/${ns}`)
  expect(refusal(await api.post(core(ns, 'configmaps'), configMap('a')))).toEqual({
    code: 403,
    message:
      'configmaps "a" is forbidden: unable to create new content in namespace case because it is being terminated',
    reason: 'Forbidden',
    details: {
      name: 'a',
      kind: 'configmaps',
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: 'namespace case is being terminated',
          field: 'metadata.namespace',
        },
      ],
    },
  })
  await api.patch(`${core(ns, 'configmaps')}/stays`, 'merge', { metadata: { finalizers: null } })
  await gone(`/api/v1/namespaces/${ns}`)
})

test('labels, annotations and finalizers that cannot be', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), {
    metadata: {
      name: 'a',
      labels: { ok: 'not ok' },
      annotations: { '/x': 'y' },
      finalizers: ['no slash'],
    },
  })
  // A map has no order.
  expect(refusal(made).details.causes.sort()).toEqual([
    'metadata.annotations FieldValueInvalid',
    'metadata.finalizers FieldValueInvalid',
    'metadata.finalizers[0] FieldValueInvalid',
    'metadata.labels FieldValueInvalid',
  ])
})

test('owners that say too little', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'configmaps'), {
    metadata: { name: 'a', ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: '', uid: '' }] },
  })
  expect(refusal(made)).toEqual({
    code: 422,
    message:
      'ConfigMap "a" is invalid: [metadata.ownerReferences.name: Invalid value: "": must not be empty, metadata.ownerReferences.uid: Invalid value: "": must not be empty, metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"","uid":""}: /v1, Kind=Event is disallowed from being an owner]',
    reason: 'Invalid',
    details: {
      name: 'a',
      kind: 'ConfigMap',
      causes: [
        'metadata.ownerReferences.name FieldValueInvalid',
        'metadata.ownerReferences.uid FieldValueInvalid',
        'metadata.ownerReferences FieldValueInvalid',
      ],
    },
  })
})

test('two controllers', async () => {
  const ns = await namespace()
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', uid: 'u', controller: true }
  const made = await api.post(core(ns, 'configmaps'), {
    metadata: { name: 'a', ownerReferences: [owner, { ...owner, name: 'y', uid: 'v' }] },
  })
  expect(refusal(made)).toEqual({
    code: 422,
    message:
      'ConfigMap "a" is invalid: metadata.ownerReferences: Invalid value: [{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"x","uid":"u","controller":true},{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"y","uid":"v","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for ReplicaSet/x and ReplicaSet/y',
    reason: 'Invalid',
    details: { name: 'a', kind: 'ConfigMap', causes: ['metadata.ownerReferences FieldValueInvalid'] },
  })
})

test('a namespace in the body of a cluster-scoped object is ignored', async () => {
  const name = unique('class')
  const path = '/apis/scheduling.k8s.io/v1/priorityclasses'
  const made = await api.post(path, { metadata: { name, namespace: 'default' }, value: 1 })
  await api.delete(`${path}/${name}`)
  expect([made.code, made.body.metadata.namespace]).toEqual([201, undefined])
})
