import { expect, test } from 'vitest'
import { type JsonObject, objectAt, valueAt } from '../object.ts'
import { schemaFor } from '../schema/built-in.ts'
import { anything } from '../schema/type-schema.ts'
import { ApiError } from '../status.ts'
import { strategicMergePatch } from './strategic-merge-patch.ts'

const pod = schemaFor({ group: '', version: 'v1', kind: 'Pod' }) ?? anything
const spec = (live: JsonObject, patch: JsonObject): JsonObject | undefined =>
  objectAt(strategicMergePatch({ spec: live }, { spec: patch }, pod), 'spec')

test.each<[string, JsonObject, JsonObject, JsonObject]>([
  // What is new stands where the patch has it, before what only the server has.
  [
    'merges containers by name',
    { containers: [{ name: 'a', image: '1' }, { name: 'b' }] },
    { containers: [{ name: 'a', env: [{ name: 'x', value: '1' }] }, { name: 'c' }] },
    {
      containers: [{ name: 'a', image: '1', env: [{ name: 'x', value: '1' }] }, { name: 'c' }, { name: 'b' }],
    },
  ],
  [
    'deletes an item by directive',
    { containers: [{ name: 'a' }, { name: 'b' }] },
    { containers: [{ $patch: 'delete', name: 'a' }] },
    { containers: [{ name: 'b' }] },
  ],
  [
    'replaces a list by directive',
    { containers: [{ name: 'a' }, { name: 'b' }] },
    { containers: [{ $patch: 'replace' }, { name: 'c' }] },
    { containers: [{ name: 'c' }] },
  ],
  [
    'replaces an object by directive',
    { securityContext: { runAsUser: 1, fsGroup: 2 } },
    { securityContext: { $patch: 'replace', fsGroup: 3 } },
    { securityContext: { fsGroup: 3 } },
  ],
  [
    'replaces lists without a merge key',
    { containers: [{ name: 'a', args: ['x', 'y'] }], tolerations: [{ key: 'a' }] },
    { containers: [{ name: 'a', args: ['z'] }], tolerations: [{ key: 'b' }] },
    { containers: [{ name: 'a', args: ['z'] }], tolerations: [{ key: 'b' }] },
  ],
  [
    'deletes by null, and drops nulls of what is new',
    { nodeName: 'n', containers: [{ name: 'a' }] },
    { nodeName: null, securityContext: { fsGroup: null, runAsUser: 1 } },
    { containers: [{ name: 'a' }], securityContext: { runAsUser: 1 } },
  ],
  [
    'orders items by $setElementOrder',
    { containers: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
    {
      '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }],
      containers: [{ name: 'a', image: '2' }],
    },
    { containers: [{ name: 'b' }, { name: 'c' }, { name: 'a', image: '2' }] },
  ],
  [
    'keeps fields that $retainKeys names',
    { volumes: [{ name: 'v', emptyDir: {} }] },
    { volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' } }] },
    { volumes: [{ name: 'v', configMap: { name: 'c' } }] },
  ],
])('a strategic merge patch %s', (_, live, patch, result) => {
  const before = structuredClone(live)
  expect(spec(live, patch)).toEqual(result)
  expect(live).toEqual(before)
})

test('finalizers are a set, from which some can be deleted', () => {
  const metadata = { finalizers: ['a', 'b'], labels: { x: '1', y: '2' } }
  const merged = strategicMergePatch(
    { metadata },
    { metadata: { finalizers: ['c', 'a'], labels: { x: null } } },
    pod,
  )
  // What the patch names stands in its order; b was in front of nothing that it names but after a.
  expect(valueAt(merged, 'metadata', 'finalizers')).toEqual(['c', 'a', 'b'])
  expect(valueAt(merged, 'metadata', 'labels')).toEqual({ y: '2' })
  const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }
  expect(valueAt(strategicMergePatch({ metadata }, patch, pod), 'metadata', 'finalizers')).toEqual(['b'])
})

test('ports of a service merge by their number', () => {
  const service = schemaFor({ group: '', version: 'v1', kind: 'Service' }) ?? anything
  const live = { spec: { ports: [{ port: 80, nodePort: 30080, name: 'a' }, { port: 81 }] } }
  const patch = { spec: { ports: [{ port: 80, targetPort: 8080 }] } }
  expect(valueAt(strategicMergePatch(live, patch, service), 'spec', 'ports')).toEqual([
    { port: 80, nodePort: 30080, name: 'a', targetPort: 8080 },
    { port: 81 },
  ])
})

test.each<[string, JsonObject, string]>([
  ['an unknown directive', { $patch: 'merge-harder' }, ''],
  ['an item without its key', { containers: [{ image: 'x' }] }, ''],
  ['$retainKeys that forget a field', { securityContext: { $retainKeys: ['a'], b: 1 } }, 'BadRequest'],
])('%s is refused', (_, patch, code) => {
  let caught: unknown
  try {
    spec({ containers: [{ name: 'a' }], securityContext: {} }, patch)
  } catch (error) {
    caught = error
  }
  expect(caught instanceof ApiError && caught.code).toBe(code)
})
