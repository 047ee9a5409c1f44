import { expect, test } from 'vitest'
import { refusal } from '../../answers.ts'
import type { Json } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, deployment, inGroup, pod } from '../../fixtures.ts'

test('a patch of what is not there', async () => {
  const ns = await namespace()
  for (const type of ['json', 'merge', 'strategic'] as const)
    expect(refusal(await api.patch(`${core(ns, 'configmaps')}/a`, type, type === 'json' ? [] : {}))).toEqual({
      code: 404,
      reason: 'NotFound',
      message: 'configmaps "a" not found',
      details: { name: 'a', kind: 'configmaps' },
    })
})

test('a patch with a resourceVersion: the right one, and an older one', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  const { resourceVersion } = (await api.post(core(ns, 'configmaps'), configMap('a'))).body.metadata
  const patch = { metadata: { resourceVersion }, data: { k: 'v' } }
  expect((await api.patch(path, 'merge', patch)).code).toBe(200)
  expect(refusal(await api.patch(path, 'merge', patch))).toEqual({
    code: 409,
    message:
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    reason: 'Conflict',
    details: { name: 'a', kind: 'configmaps' },
  })
})

test('a patch of the name, the namespace, the uid, the kind', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(core(ns, 'configmaps'), configMap('a'))
  expect(refusal(await api.patch(path, 'merge', { metadata: { name: 'b' } }))).toEqual({
    code: 400,
    message: 'the name of the object (b) does not match the name on the URL (a)',
    reason: 'BadRequest',
  })
  expect(refusal(await api.patch(path, 'merge', { metadata: { namespace: 'b' } }))).toEqual({
    code: 400,
    message: 'the namespace of the provided object does not match the namespace sent on the request',
    reason: 'BadRequest',
  })
  expect(refusal(await api.patch(path, 'merge', { metadata: { uid: 'b' } }))).toEqual({
    code: 422,
    message: 'ConfigMap "a" is invalid: metadata.uid: Invalid value: "b": field is immutable',
    reason: 'Invalid',
    details: {
      name: 'a',
      kind: 'ConfigMap',
      causes: [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: "b": field is immutable',
          field: 'metadata.uid',
        },
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: "b": field is immutable',
          field: 'metadata.uid',
        },
      ],
    },
  })
  expect(refusal(await api.patch(path, 'merge', { kind: 'Secret' }))).toEqual({
    code: 422,
    message:
      ' "" is invalid: patch: Invalid value: "OBJECT": converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    reason: 'Invalid',
    details: { causes: ['patch FieldValueInvalid'] },
  })
})

test('a patch that changes nothing keeps the resourceVersion', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  const made = await api.post(core(ns, 'configmaps'), configMap('a', { k: 'v' }))
  for (const type of ['merge', 'strategic'] as const)
    expect((await api.patch(path, type, { data: { k: 'v' } })).body).toEqual(made.body)
  expect((await api.patch(path, 'json', [])).body).toEqual(made.body)
})

test('a patched object is decoded and checked like any other', async () => {
  const ns = await namespace()
  const path = `${inGroup('apps/v1', ns, 'deployments')}/a`
  await api.post(inGroup('apps/v1', ns, 'deployments'), deployment('a'))
  expect(refusal(await api.patch(path, 'merge', { spec: { replicas: -1 } }))).toEqual({
    code: 422,
    message:
      'Deployment.apps "a" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    reason: 'Invalid',
    details: { name: 'a', group: 'apps', kind: 'Deployment', causes: ['spec.replicas FieldValueInvalid'] },
  })
  const wrong: Json = await api.patch(path, 'merge', { spec: { replicas: 'three' } })
  expect([wrong.code, wrong.body.reason, wrong.body.message.replace(/^.*":/, '')]).toEqual([
    422,
    'Invalid',
    ' json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ])
  const wronger: Json = await api.patch(path, 'strategic', { spec: { replicas: 'three' } })
  expect(refusal(wronger)).toEqual({
    code: 422,
    message:
      ' "" is invalid: patch: Invalid value: "map[spec:map[replicas:three]]": unrecognized type: int32',
    reason: 'Invalid',
    details: { causes: ['patch FieldValueInvalid'] },
  })
})

test('force is for applies', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const got = await api.patch(`${core(ns, 'configmaps')}/a?force=true`, 'merge', {})
  expect(refusal(got)).toEqual({
    code: 422,
    message:
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    reason: 'Invalid',
    details: { group: 'meta.k8s.io', kind: 'PatchOptions', causes: ['force FieldValueForbidden'] },
  })
})

test('a scale is patched like an object of its own', async () => {
  const ns = await namespace()
  const path = `${inGroup('apps/v1', ns, 'deployments')}/a`
  await api.post(inGroup('apps/v1', ns, 'deployments'), deployment('a'))
  const merge = await api.patch(`${path}/scale`, 'merge', { spec: { replicas: 2 } })
  expect([merge.code, merge.body.kind, merge.body.apiVersion, merge.body.spec, merge.body.status]).toEqual([
    200,
    'Scale',
    'autoscaling/v1',
    { replicas: 2 },
    { replicas: 0, selector: 'app=web' },
  ])
  const json = await api.patch(`${path}/scale`, 'json', [{ op: 'replace', path: '/spec/replicas', value: 3 }])
  expect([json.code, json.body.spec]).toEqual([200, { replicas: 3 }])
  const strategic = await api.patch(`${path}/scale`, 'strategic', { spec: { replicas: 0 } })
  expect([strategic.code, strategic.body.spec]).toEqual([200, {}])
  expect(refusal(await api.patch(`${path}/scale`, 'merge', { spec: { replicas: -1 } }))).toEqual({
    code: 422,
    message:
      'Scale.autoscaling "a" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    reason: 'Invalid',
    details: { name: 'a', group: 'autoscaling', kind: 'Scale', causes: ['spec.replicas FieldValueInvalid'] },
  })
  const stale = await api.patch(`${path}/scale`, 'merge', {
    metadata: { resourceVersion: '1' },
    spec: { replicas: 5 },
  })
  expect(refusal(stale)).toEqual({
    code: 409,
    message:
      'Operation cannot be fulfilled on deployments.apps "a": the object has been modified; please apply your changes to the latest version and try again',
    reason: 'Conflict',
    details: { name: 'a', group: 'apps', kind: 'deployments' },
  })
  const put = await api.put(`${path}/scale`, { metadata: { name: 'a' }, spec: { replicas: 1 } })
  expect([put.code, put.body.spec]).toEqual([200, { replicas: 1 }])
})

test('a status patched through the object changes nothing', async () => {
  const ns = await namespace()
  const made = await api.post(core(ns, 'pods'), pod('a'))
  const got = await api.patch(`${core(ns, 'pods')}/a`, 'merge', { status: { phase: 'Running' } })
  expect([got.code, got.body]).toEqual([200, made.body])
})
