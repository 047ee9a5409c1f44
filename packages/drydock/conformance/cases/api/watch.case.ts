import { expect, onTestFinished, test } from 'vitest'
import { plain } from '../../answers.ts'
import type { Json, Watch, WatchLine } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, customKind, pod } from '../../fixtures.ts'

/** A watch that ends with its case. */
async function watch(path: string, accept?: string): Promise<Watch> {
  const opened = await api.watch(path, accept === undefined ? {} : { accept })
  onTestFinished(() => opened.close())
  return opened
}

const brief = ({ type, object }: WatchLine): string => `${type} ${object.metadata.name}`
const version = (o: Json): number => Number(o.metadata.resourceVersion)

test('unset: what is there, then what happens', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  await api.post(path, { metadata: { name: 'a' } })
  await api.post(path, { metadata: { name: 'b' } })
  const seen = await watch(`${path}?watch=true`)
  await seen.event(2)
  await api.patch(`${path}/a`, 'merge', { metadata: { labels: { x: 'y' } } })
  await api.delete(`${path}/b`)
  await seen.event(4)
  expect(seen.headers['content-type']).toBe('application/json')
  expect(seen.events.map(brief)).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b'])
})

test('resourceVersion=0: the same', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  await api.post(path, { metadata: { name: 'a' } })
  await api.get(path)
  const seen = await watch(`${path}?watch=true&resourceVersion=0`)
  await seen.until((events) => events.some((e) => brief(e) === 'ADDED a'))
})

test('from the resourceVersion of a list: only what came later', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  await api.post(path, { metadata: { name: 'a' } })
  const { resourceVersion } = (await api.get(path)).body.metadata
  await api.post(path, { metadata: { name: 'b' } })
  await api.delete(`${path}/a`)
  const seen = await watch(`${path}?watch=true&resourceVersion=${resourceVersion}`)
  expect((await seen.event(2)) && seen.events.map(brief)).toEqual(['ADDED b', 'DELETED a'])
})

test('resumed after an event: nothing twice, nothing lost', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  const first = await watch(`${path}?watch=true`)
  await api.post(path, { metadata: { name: 'a' } })
  await api.post(path, { metadata: { name: 'b' } })
  const { object } = await first.event(1)
  first.close()
  await api.post(path, { metadata: { name: 'c' } })
  const second = await watch(`${path}?watch=true&resourceVersion=${object.metadata.resourceVersion}`)
  await second.event(2)
  expect(second.events.map(brief)).toEqual(['ADDED b', 'ADDED c'])
})

test('events hold the object as the write answered it', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  const seen = await watch(`${path}?watch=true`)
  const made = await api.post(path, { metadata: { name: 'a' } })
  expect((await seen.event(1)).object).toEqual(made.body)
})

test('a deletion shows the last state at the revision of the deletion', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  const made = await api.post(path, { metadata: { name: 'a', labels: { x: 'y' } } })
  const seen = await watch(`${path}?watch=true&resourceVersion=${made.body.metadata.resourceVersion}`)
  await api.delete(`${path}/a`)
  const { type, object } = await seen.event(1)
  expect([type, object.metadata.labels]).toEqual(['DELETED', { x: 'y' }])
  expect(version(object)).toBeGreaterThan(version(made.body))
  const { managedFields: _, ...metadata } = object.metadata
  expect(plain(metadata)).toEqual({
    name: 'a',
    namespace: 'case',
    uid: 'UID',
    resourceVersion: 'VERSION',
    creationTimestamp: 'TIME',
    labels: { x: 'y' },
  })
})

test('a finalizer taken off a deleted object: MODIFIED, and DELETED', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  const made = await api.post(path, { metadata: { name: 'a', finalizers: ['example.com/x'] } })
  const seen = await watch(`${path}?watch=true&resourceVersion=${made.body.metadata.resourceVersion}`)
  await api.delete(`${path}/a`)
  await api.patch(`${path}/a`, 'merge', { metadata: { finalizers: null } })
  await seen.event(2)
  expect(seen.events.map(({ type, object }) => [type, object.metadata.finalizers])).toEqual([
    ['MODIFIED', ['example.com/x']],
    ['DELETED', ['example.com/x']],
  ])
})

test('a write that changes nothing is no event', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  const seen = await watch(`${path}?watch=true`)
  await api.post(path, { metadata: { name: 'a' } })
  await api.patch(`${path}/a`, 'merge', { metadata: { name: 'a' } })
  await api.post(path, { metadata: { name: 'b' } })
  await seen.event(2)
  expect(seen.events.map(brief)).toEqual(['ADDED a', 'ADDED b'])
})

test('labels: coming to match is ADDED, ceasing to match is DELETED with the last state that matched', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  const seen = await watch(`${path}?watch=true&labelSelector=x%3Dy`)
  await api.post(path, { metadata: { name: 'a' } })
  await api.patch(`${path}/a`, 'merge', { metadata: { labels: { x: 'y' } } })
  await api.patch(`${path}/a`, 'merge', { metadata: { labels: { z: '1' } } })
  const left = await api.patch(`${path}/a`, 'merge', { metadata: { labels: { x: 'n' } } })
  await api.delete(`${path}/a`)
  await api.post(path, { metadata: { name: 'b', labels: { x: 'y' } } })
  await seen.event(4)
  expect(seen.events.map((e) => [brief(e), e.object.metadata.labels])).toEqual([
    ['ADDED a', { x: 'y' }],
    ['MODIFIED a', { x: 'y', z: '1' }],
    ['DELETED a', { x: 'y', z: '1' }],
    ['ADDED b', { x: 'y' }],
  ])
  expect(version(seen.events[2]?.object)).toBe(version(left.body))
})

test('fields: a pod that gets its node comes into the sight of that node', async () => {
  const ns = await namespace()
  const path = core(ns, 'pods')
  const on = await watch(`${path}?watch=true&fieldSelector=spec.nodeName%3Dcase-node-2`)
  const off = await watch(`${path}?watch=true&fieldSelector=spec.nodeName%3D`)
  await api.post(path, pod('a'))
  await api.post(`${path}/a/binding`, {
    metadata: { name: 'a' },
    target: { kind: 'Node', name: 'case-node-2' },
  })
  await on.event(1)
  await off.event(2)
  expect([on.events.map(brief), off.events.map((e) => [brief(e), e.object.spec.nodeName])]).toEqual([
    ['ADDED a'],
    [
      ['ADDED a', undefined],
      ['DELETED a', undefined],
    ],
  ])
  await api.delete(`${path}/a`, { gracePeriodSeconds: 0 })
  await on.until((events) => events.at(-1)?.type === 'DELETED')
})

test('fields: pods that are not over', async () => {
  const ns = await namespace()
  const path = core(ns, 'pods')
  const seen = await watch(`${path}?watch=true&fieldSelector=status.phase!%3DSucceeded`)
  await api.post(path, pod('a'))
  await api.patch(`${path}/a/status`, 'merge', { status: { phase: 'Running' } })
  await api.patch(`${path}/a/status`, 'merge', { status: { phase: 'Succeeded' } })
  await seen.event(3)
  expect(seen.events.map((e) => [e.type, e.object.status.phase])).toEqual([
    ['ADDED', 'Pending'],
    ['MODIFIED', 'Running'],
    ['DELETED', 'Running'],
  ])
})

test('one object by its name', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  const seen = await watch(`${path}?watch=true&fieldSelector=metadata.name%3Db`)
  await api.post(path, { metadata: { name: 'a' } })
  await api.post(path, { metadata: { name: 'b' } })
  await seen.event(1)
  expect(seen.events.map(brief)).toEqual(['ADDED b'])
})

test('all namespaces', async () => {
  const ns = await namespace()
  const seen = await watch(`/api/v1/secrets?watch=true&labelSelector=of%3D${ns}`)
  await api.post(core(ns, 'secrets'), { metadata: { name: 'a', labels: { of: ns } } })
  expect((await seen.event(1)).object.metadata.namespace).toBe(ns)
})

test('the deprecated paths', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'secrets'), { metadata: { name: 'a' } })
  for (const path of [`/api/v1/watch/namespaces/${ns}/secrets`, `/api/v1/watch/namespaces/${ns}/secrets/a`]) {
    const seen = await watch(path)
    expect(brief(await seen.event(1))).toBe('ADDED a')
  }
})

test('timeoutSeconds ends it', async () => {
  const ns = await namespace()
  const seen = await watch(`${core(ns, 'secrets')}?watch=true&timeoutSeconds=1`)
  await seen.ended
  expect([seen.code, seen.events]).toEqual([200, []])
})

test('sendInitialEvents: what is there, then a bookmark that says so, then what happens', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  await api.post(path, { metadata: { name: 'a' } })
  const seen = await watch(
    `${path}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&resourceVersion=`,
  )
  await seen.event(2)
  await api.post(path, { metadata: { name: 'b' } })
  await seen.event(3)
  expect(seen.events.map((e) => `${e.type} ${e.object.metadata.name ?? ''}`)).toEqual([
    'ADDED a',
    'BOOKMARK ',
    'ADDED b',
  ])
  expect(plain(seen.events[1]?.object)).toEqual({
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { resourceVersion: 'VERSION', annotations: { 'k8s.io/initial-events-end': 'true' } },
  })
})

test('sendInitialEvents of an empty collection: the bookmark alone', async () => {
  const ns = await namespace()
  const seen = await watch(
    `${core(ns, 'secrets')}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
  )
  expect((await seen.event(1)).object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' })
})

test('sendInitialEvents=false: only what comes', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  const made = await api.post(path, { metadata: { name: 'a' } })
  const seen = await watch(
    `${path}?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=${made.body.metadata.resourceVersion}`,
  )
  await api.post(path, { metadata: { name: 'b' } })
  expect(brief(await seen.event(1))).toBe('ADDED b')
})

test('metadata alone', async () => {
  const ns = await namespace()
  const seen = await watch(
    `${core(ns, 'pods')}?watch=true`,
    'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  )
  await api.post(core(ns, 'pods'), pod('a'))
  const { object } = await seen.event(1)
  expect([object.kind, object.apiVersion, Object.keys(object), object.metadata.name]).toEqual([
    'PartialObjectMetadata',
    'meta.k8s.io/v1',
    ['kind', 'apiVersion', 'metadata'],
    'a',
  ])
})

test('tables: one row an event, columns with the first alone', async () => {
  const ns = await namespace()
  const path = core(ns, 'configmaps')
  const seen = await watch(
    `${path}?watch=true&fieldSelector=metadata.name%3Da`,
    'application/json;as=Table;g=meta.k8s.io;v=v1',
  )
  const made = await api.post(path, configMap('a'))
  await api.patch(`${path}/a`, 'merge', { data: { x: 'y' } })
  await seen.event(2)
  expect(
    seen.events.map(({ type, object }) => [
      type,
      object.kind,
      object.columnDefinitions === null ? null : object.columnDefinitions?.length,
      object.rows[0].cells.slice(0, 2),
      object.rows[0].object.kind,
    ]),
  ).toEqual([
    ['ADDED', 'Table', 3, ['a', 0], 'PartialObjectMetadata'],
    ['MODIFIED', 'Table', null, ['a', 1], 'PartialObjectMetadata'],
  ])
  expect(version(seen.events[0]?.object)).toBe(version(made.body))
})

test('custom: a watch ends when its definition goes', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object' } })
  const seen = await watch(`${kind.path(ns)}?watch=true`)
  await api.post(kind.path(ns), kind.object('a'))
  await seen.event(1)
  await api.delete(kind.definition)
  await seen.event(2)
  expect(seen.events.map(brief)).toEqual(['ADDED a', 'DELETED a'])
  await seen.ended
})
