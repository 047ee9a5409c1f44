import { expect, test } from 'vitest'
import { refusal } from '../../answers.ts'
import type { Json } from '../../api.ts'
import { api, kubectl, namespace } from '../../cluster.ts'
import { configMap, core, deployment, inGroup, pod } from '../../fixtures.ts'

/** Who owns what: `MANAGER OPERATION SUBRESOURCE` and the fields. */
const owners = (body: Json): Json =>
  Object.fromEntries(
    (body.metadata.managedFields ?? []).map((m: Json) => [
      [m.manager, m.operation, m.subresource].filter(Boolean).join(' '),
      m.fieldsV1,
    ]),
  )

test('a status is applied through its own path, owned apart', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'pods')}/a`
  await api.apply(path, 'me', pod('a'))
  const status = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    status: { message: 'hello', conditions: [{ type: 'Mine', status: 'True' }] },
  }
  const { code, body } = await api.apply(`${path}/status`, 'me', status)
  expect([code, body.status.message, owners(body)['me Apply status']]).toEqual([
    200,
    'hello',
    {
      'f:status': {
        'f:conditions': { 'k:{"type":"Mine"}': { '.': {}, 'f:status': {}, 'f:type': {} } },
        'f:message': {},
      },
    },
  ])
  const main = await api.apply(path, 'me', { ...pod('a'), status: { message: 'bye' } })
  expect([main.code, main.body.status.message, Object.keys(owners(main.body)).sort()]).toEqual([
    200,
    'hello',
    ['me Apply', 'me Apply status'],
  ])
})

test('the status of what is not there', async () => {
  const ns = await namespace()
  const got = await api.apply(`${core(ns, 'pods')}/a/status`, 'me', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    status: {},
  })
  expect(refusal(got)).toEqual({
    code: 404,
    message: 'pods "a" not found',
    reason: 'NotFound',
    details: { name: 'a', kind: 'pods' },
  })
})

test('a scale owns the replicas, and an apply of them conflicts with it', async () => {
  const ns = await namespace()
  const path = `${inGroup('apps/v1', ns, 'deployments')}/a`
  await api.apply(path, 'me', deployment('a'))
  await api.patch(`${path}/scale?fieldManager=scaler`, 'merge', { spec: { replicas: 1 } })
  const { body } = await api.get(path)
  expect([owners(body)['scaler Update scale'], owners(body)['me Apply']['f:spec']['f:replicas']]).toEqual([
    { 'f:spec': { 'f:replicas': {} } },
    undefined,
  ])
  const got = await api.apply(path, 'me', deployment('a'))
  expect(refusal(got).message.replace(/ at \S+/, ' at TIME')).toBe(
    'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using apps/v1: .spec.replicas',
  )
})

test('a scale is applied', async () => {
  const ns = await namespace()
  const path = `${inGroup('apps/v1', ns, 'deployments')}/a`
  await api.post(inGroup('apps/v1', ns, 'deployments'), deployment('a'))
  const scale = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'a' },
    spec: { replicas: 2 },
  }
  const got = await api.apply(`${path}/scale`, 'me', scale, 'force=true')
  expect([got.code, got.body.spec ?? got.body.message]).toEqual([200, { replicas: 2 }])
  expect(owners((await api.get(path)).body)['me Apply scale']).toEqual({ 'f:spec': { 'f:replicas': {} } })
})

test('from kubectl apply to kubectl apply --server-side', async () => {
  const ns = await namespace()
  const text = (data: object) =>
    JSON.stringify({ ...configMap('a'), metadata: { name: 'a', namespace: ns }, data })
  const first = await kubectl(['apply', '-f', '-'], text({ k: 'v', l: 'w' }))
  expect([first.code, first.stdout]).toEqual([0, 'configmap/a created\n'])
  const second = await kubectl(['apply', '--server-side', '-f', '-'], text({ k: 'x' }))
  expect([second.code, second.stdout, second.stderr]).toEqual([0, 'configmap/a serverside-applied\n', ''])
  const { body } = await api.get(`${core(ns, 'configmaps')}/a`)
  expect([body.data, owners(body)]).toEqual([
    { k: 'x' },
    {
      'kubectl-last-applied Apply': {
        'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/last-applied-configuration': {} } },
      },
      'kubectl Apply': { 'f:data': { 'f:k': {} } },
    },
  ])
  expect(
    JSON.parse(body.metadata.annotations['kubectl.kubernetes.io/last-applied-configuration']).data,
  ).toEqual({ k: 'x' })
})

test('kubectl apply twice, a third way between', async () => {
  const ns = await namespace()
  const text = (data: object) =>
    JSON.stringify({ ...configMap('a'), metadata: { name: 'a', namespace: ns }, data })
  await kubectl(['apply', '-f', '-'], text({ k: 'v', l: 'w' }))
  await api.patch(`${core(ns, 'configmaps')}/a?fieldManager=hand`, 'merge', { data: { m: 'x' } })
  const again = await kubectl(['apply', '-f', '-'], text({ k: 'v' }))
  expect([again.code, again.stdout, again.stderr]).toEqual([0, 'configmap/a configured\n', ''])
  expect((await api.get(`${core(ns, 'configmaps')}/a`)).body.data).toEqual({ k: 'v', m: 'x' })
  const same = await kubectl(['apply', '-f', '-'], text({ k: 'v' }))
  expect(same.stdout).toBe('configmap/a unchanged\n')
})

test('kubectl apply --server-side meets the conflict of another', async () => {
  const ns = await namespace()
  await api.apply(`${core(ns, 'configmaps')}/a`, 'me', configMap('a', { k: 'v' }))
  const text = JSON.stringify({ ...configMap('a', { k: 'x' }), metadata: { name: 'a', namespace: ns } })
  const got = await kubectl(['apply', '--server-side', '-f', '-'], text)
  expect([got.code, got.stderr.split('\n')[0]]).toEqual([
    1,
    'error: Apply failed with 1 conflict: conflict with "me": .data.k',
  ])
  const forced = await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], text)
  expect([forced.code, forced.stdout]).toEqual([0, 'configmap/a serverside-applied\n'])
})
