import { expect, test } from 'vitest'
import { plain, refusal } from '../../answers.ts'
import { api, namespace } from '../../cluster.ts'
import { core, customKind, deployment, inGroup, pod } from '../../fixtures.ts'

test('the generation counts changes of the spec, not of metadata', async () => {
  const ns = await namespace()
  const path = `${inGroup('apps/v1', ns, 'deployments')}/a`
  const generations = [
    (await api.post(inGroup('apps/v1', ns, 'deployments'), deployment('a'))).body.metadata.generation,
  ]
  for (const patch of [
    { metadata: { labels: { a: 'b' } } },
    { spec: { minReadySeconds: 3 } },
    { spec: { minReadySeconds: 3 } },
    { metadata: { annotations: { a: 'b' } } },
  ])
    generations.push((await api.patch(path, 'merge', patch)).body.metadata.generation)
  expect(generations).toEqual([1, 1, 2, 2, 3])
})

test('custom: the generation counts changes of all but metadata, and of status where that is no subresource', async () => {
  const ns = await namespace()
  const any = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  for (const [subresources, wanted] of [
    [{}, [1, 1, 2, 3]],
    [{ status: {} }, [1, 1, 2, 2]],
  ] as const) {
    const kind = await customKind({ spec: any, status: any }, { subresources })
    const made = await api.post(kind.path(ns), kind.object('a'))
    const generations = [made.body.metadata.generation]
    for (const patch of [{ metadata: { labels: { a: 'b' } } }, { spec: { x: 3 } }, { status: { x: 3 } }])
      generations.push((await api.patch(`${kind.path(ns)}/a`, 'merge', patch)).body.metadata.generation)
    expect(generations).toEqual(wanted)
  }
})

test('a status sent to the object is not stored; a spec sent to the status is not', async () => {
  const ns = await namespace()
  const path = `${inGroup('apps/v1', ns, 'deployments')}/a`
  await api.post(inGroup('apps/v1', ns, 'deployments'), deployment('a'))
  const main = await api.put(path, { ...deployment('a', { minReadySeconds: 4 }), status: { replicas: 7 } })
  expect([main.code, main.body.status.replicas, main.body.spec.minReadySeconds]).toEqual([200, undefined, 4])
  const status = await api.put(`${path}/status`, {
    ...deployment('a', { minReadySeconds: 5 }),
    metadata: { name: 'a', labels: { x: 'y' } },
    status: { replicas: 7 },
  })
  expect([
    status.code,
    status.body.status.replicas,
    status.body.spec.minReadySeconds,
    status.body.metadata.generation,
    status.body.metadata.labels,
  ]).toEqual([200, 7, 4, 2, undefined])
})

test('a pod takes labels and annotations with its status', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'pods'), pod('a'))
  const status = await api.patch(`${core(ns, 'pods')}/a/status`, 'merge', {
    metadata: { labels: { x: 'y' }, annotations: { x: 'y' } },
    spec: { activeDeadlineSeconds: 5 },
    status: { message: 'hello' },
  })
  const { labels, annotations } = status.body.metadata
  expect([
    status.code,
    labels,
    annotations,
    status.body.spec.activeDeadlineSeconds,
    status.body.status.message,
  ]).toEqual([200, { x: 'y' }, { x: 'y' }, undefined, 'hello'])
})

test('custom: the status of an object, where it is a subresource', async () => {
  const ns = await namespace()
  const any = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const kind = await customKind({ spec: any, status: any }, { subresources: { status: {} } })
  const path = `${kind.path(ns)}/a`
  const made = await api.post(kind.path(ns), kind.object('a', { spec: { x: 1 }, status: { y: 1 } }))
  expect([made.code, made.body.status]).toEqual([201, undefined])
  const status = await api.patch(`${path}/status?fieldManager=me`, 'merge', {
    metadata: { labels: { x: 'y' } },
    spec: { x: 2 },
    status: { y: 2 },
  })
  const { managedFields, ...metadata } = status.body.metadata
  expect(plain([status.code, status.body.spec, status.body.status, metadata])).toEqual([
    200,
    { x: 1 },
    { y: 2 },
    {
      creationTimestamp: 'TIME',
      generation: 1,
      name: 'a',
      namespace: 'case',
      resourceVersion: 'VERSION',
      uid: 'UID',
    },
  ])
  const mine = managedFields.find((m: { manager: string }) => m.manager === 'me')
  expect([mine.subresource, mine.fieldsV1['f:spec'], mine.fieldsV1['f:status']]).toEqual([
    'status',
    undefined,
    { '.': {}, 'f:y': {} },
  ])
})

test('custom: no status subresource', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } })
  await api.post(kind.path(ns), kind.object('a'))
  expect(refusal(await api.get(`${kind.path(ns)}/a/status`))).toEqual({
    code: 404,
    message: 'things.group.example.com "a" not found',
    reason: 'NotFound',
    details: { name: 'a', group: 'group.example.com', kind: 'things' },
  })
  expect(refusal(await api.get(`${kind.path(ns)}/a/scale`))).toEqual({
    code: 404,
    message: 'things.group.example.com "a" not found',
    reason: 'NotFound',
    details: { name: 'a', group: 'group.example.com', kind: 'things' },
  })
})
