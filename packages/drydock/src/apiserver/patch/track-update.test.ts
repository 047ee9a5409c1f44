import { expect, test } from 'vitest'
import { type JsonObject, objectsAt, valueAt } from '../object.ts'
import { schemaFor } from '../schema/built-in.ts'
import { type TrackOptions, trackUpdate } from './track-update.ts'

const schema = schemaFor({ group: '', version: 'v1', kind: 'ConfigMap' })
const now = '2026-01-01T00:00:00Z'
const later = '2026-01-01T00:00:05Z'

function configMap(data: JsonObject, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', uid: 'u', resourceVersion: '1', ...metadata },
    data,
  }
}
function write(
  old: JsonObject | undefined,
  object: JsonObject,
  rest: Partial<TrackOptions> = {},
): JsonObject {
  return trackUpdate({ old, object, manager: 'm', schema, now, ...rest })
}
const entries = (object: JsonObject): unknown[] =>
  objectsAt(object, 'metadata', 'managedFields').map(({ manager, time, fieldsV1 }) => [
    manager,
    time,
    fieldsV1,
  ])

test('who creates owns all but what names the object', () => {
  const object = write(undefined, configMap({ x: '1' }, { labels: { l: '1' } }))
  expect(entries(object)).toEqual([
    ['m', now, { 'f:data': { '.': {}, 'f:x': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:l': {} } } }],
  ])
})

test('who changes a field takes it over, who does not keeps what it has and its time', () => {
  const made = write(undefined, configMap({ x: '1', y: '1' }))
  const changed = write(made, configMap({ x: '2', y: '1' }), { manager: 'n', now: later })
  expect(entries(changed)).toEqual([
    ['m', now, { 'f:data': { '.': {}, 'f:y': {} } }],
    ['n', later, { 'f:data': { 'f:x': {} } }],
  ])
  expect(entries(write(changed, configMap({ x: '2', y: '1' }), { manager: 'o', now: later }))).toEqual(
    entries(changed),
  )
})

test('a manager whose last field goes is dropped', () => {
  const made = write(undefined, configMap({ x: '1' }))
  const added = write(made, configMap({ x: '1', y: '1' }), { manager: 'n' })
  const removed = write(added, configMap({ x: '1' }), { manager: 'm' })
  expect(entries(removed).map((entry) => Array.isArray(entry) && entry[0])).toEqual(['m'])
})

test('managedFields are kept when a client leaves them out, and reset when it empties them', () => {
  const made = write(undefined, configMap({ x: '1' }))
  expect(entries(write(made, configMap({ x: '1' })))).toEqual(entries(made))
  const reset = write(made, configMap({ x: '1' }, { managedFields: [] }))
  expect(valueAt(reset, 'metadata', 'managedFields')).toBeUndefined()
  expect(write(made, configMap({ x: '1' }, { managedFields: [{}] }))).toEqual(reset)
  // Once reset nobody is tracked, until somebody applies.
  expect(valueAt(write(reset, configMap({ x: '2' })), 'metadata', 'managedFields')).toBeUndefined()
})

test('a subresource is an owner of its own and cannot write managedFields', () => {
  const made = write(undefined, configMap({ x: '1' }))
  const after = write(made, configMap({ x: '2' }, { managedFields: [] }), { subresource: 'status' })
  expect(objectsAt(after, 'metadata', 'managedFields').map(({ subresource }) => subresource)).toEqual([
    undefined,
    'status',
  ])
})

test('many updaters are folded into ancient-changes', () => {
  let object = write(undefined, configMap({ k0: '0' }), { manager: 'm0', now: '2026-01-01T00:00:00Z' })
  const data: JsonObject = { k0: '0' }
  for (let at = 1; at <= 12; at += 1) {
    data[`k${at}`] = '1'
    const time = `2026-01-01T00:00:${String(at).padStart(2, '0')}Z`
    object = write(object, configMap({ ...data }), { manager: `m${at}`, now: time })
  }
  const all = objectsAt(object, 'metadata', 'managedFields')
  expect(all).toHaveLength(10)
  expect(all[0]).toMatchObject({
    manager: 'ancient-changes',
    operation: 'Update',
    time: '2026-01-01T00:00:03Z',
  })
  expect(valueAt(all[0], 'fieldsV1', 'f:data')).toEqual({
    '.': {},
    'f:k0': {},
    'f:k1': {},
    'f:k2': {},
    'f:k3': {},
  })
})
