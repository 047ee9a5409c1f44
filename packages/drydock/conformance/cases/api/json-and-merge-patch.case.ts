import { expect, test } from 'vitest'
import { refusal } from '../../answers.ts'
import type { Reply } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, customKind } from '../../fixtures.ts'

const any = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

/** A custom object, which holds any spec there is. */
async function thing(spec: object): Promise<string> {
  const ns = await namespace()
  const kind = await customKind({ spec: any })
  await api.post(kind.path(ns), kind.object('a', { spec }))
  return `${kind.path(ns)}/a`
}

test.each([
  ['adds a field', [{ op: 'add', path: '/spec/b', value: 2 }], { a: 1, list: [1, 2], b: 2 }],
  ['adds over a field', [{ op: 'add', path: '/spec/a', value: 2 }], { a: 2, list: [1, 2] }],
  ['adds to the end of a list', [{ op: 'add', path: '/spec/list/-', value: 3 }], { a: 1, list: [1, 2, 3] }],
  ['adds within a list', [{ op: 'add', path: '/spec/list/0', value: 0 }], { a: 1, list: [0, 1, 2] }],
  ['adds at the end by number', [{ op: 'add', path: '/spec/list/2', value: 3 }], { a: 1, list: [1, 2, 3] }],
  ['removes', [{ op: 'remove', path: '/spec/a' }], { list: [1, 2] }],
  ['removes from a list', [{ op: 'remove', path: '/spec/list/0' }], { a: 1, list: [2] }],
  ['replaces', [{ op: 'replace', path: '/spec/a', value: { x: 1 } }], { a: { x: 1 }, list: [1, 2] }],
  ['moves', [{ op: 'move', from: '/spec/a', path: '/spec/b' }], { b: 1, list: [1, 2] }],
  ['copies', [{ op: 'copy', from: '/spec/list', path: '/spec/b' }], { a: 1, list: [1, 2], b: [1, 2] }],
  [
    'tests and acts',
    [
      { op: 'test', path: '/spec/a', value: 1 },
      { op: 'remove', path: '/spec/a' },
    ],
    { list: [1, 2] },
  ],
  ['tests for absence', [{ op: 'test', path: '/spec/none', value: null }], { a: 1, list: [1, 2] }],
  ['negative index', [{ op: 'remove', path: '/spec/list/-1' }], { a: 1, list: [1] }],
  ['nothing', [], { a: 1, list: [1, 2] }],
])('JSON patch: %s', async (_, operations, wanted) => {
  const path = await thing({ a: 1, list: [1, 2] })
  const { code, body } = await api.patch(path, 'json', operations)
  expect([code, body.spec ?? body.message]).toEqual([200, wanted])
})

/** Patches a ConfigMap with data k=v and a finalizer a/b, which goes again. */
async function patchedMap(operations: unknown): Promise<Reply> {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(core(ns, 'configmaps'), configMap('a', { k: 'v' }, { finalizers: ['a/b'] }))
  const got = await api.patch(path, 'json', operations)
  await api.patch(path, 'merge', { metadata: { finalizers: null } })
  return got
}

test.each([
  ['a test that fails', [{ op: 'test', path: '/data/k', value: 'w' }]],
  ['a test of what is not there', [{ op: 'test', path: '/data/none', value: 'w' }]],
  ['removing what is not there', [{ op: 'remove', path: '/data/none' }]],
  ['replacing below what is not there', [{ op: 'replace', path: '/none/deep', value: 'x' }]],
  ['adding below what is not there', [{ op: 'add', path: '/none/deep', value: 'x' }]],
  ['moving what is not there', [{ op: 'move', from: '/data/none', path: '/data/x' }]],
  ['copying from below what is not there', [{ op: 'copy', from: '/none/deep', path: '/data/x' }]],
  ['an index beyond the list', [{ op: 'add', path: '/metadata/finalizers/5', value: 'x/y' }]],
  ['an index that is none', [{ op: 'replace', path: '/metadata/finalizers/x', value: 'x/y' }]],
  ['an operation nobody knows', [{ op: 'twist', path: '/data/k' }]],
  ['no operation', [{ path: '/data/k' }]],
  ['no path', [{ op: 'remove' }]],
  ['a path without a slash', [{ op: 'add', path: 'data', value: {} }]],
])('JSON patch: %s', async (_, operations) => {
  expect(refusal(await patchedMap(operations))).toEqual({
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
    details: {},
  })
})

test.each([
  [
    'copying what is not there gives null',
    [{ op: 'copy', from: '/data/none', path: '/data/x' }],
    { k: 'v', x: '' },
  ],
  [
    'replacing what is not there adds',
    [{ op: 'replace', path: '/data/none', value: 'x' }],
    { k: 'v', none: 'x' },
  ],
  ['no value is null', [{ op: 'add', path: '/data/k' }], { k: '' }],
])('JSON patch: %s', async (_, operations, wanted) => {
  const { code, body } = await patchedMap(operations)
  expect([code, body.data ?? body.message]).toEqual([200, wanted])
})

test.each([
  ['{"op":"add"}', 'json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
  ['"x"', 'json: cannot unmarshal string into Go value of type []handlers.jsonPatchOp'],
  ['[', 'unexpected end of JSON input'],
  ['[1]', 'json: cannot unmarshal number into Go value of type handlers.jsonPatchOp'],
])('JSON patch: the body %s', async (body, why) => {
  const message = `error decoding patch: ${why}`
  expect(refusal(await patchedMap(body))).toEqual({ code: 400, reason: 'BadRequest', message })
})

test('JSON patch: too many operations', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const operations = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' }))
  expect(refusal(await api.patch(`${core(ns, 'configmaps')}/a`, 'json', operations))).toEqual({
    code: 413,
    message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    reason: 'RequestEntityTooLarge',
  })
})

test('JSON patch: a test of the resourceVersion guards the rest', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  const made = await api.post(core(ns, 'configmaps'), configMap('a', { k: 'v' }))
  const guarded = [
    { op: 'test', path: '/metadata/resourceVersion', value: made.body.metadata.resourceVersion },
    { op: 'replace', path: '/data/k', value: 'w' },
  ]
  expect((await api.patch(path, 'json', guarded)).code).toBe(200)
  expect((await api.patch(path, 'json', guarded)).code).toBe(422)
})

test('JSON patch: slashes and tildes in keys', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const add = [
    { op: 'add', path: '/metadata/annotations', value: {} },
    { op: 'add', path: '/metadata/annotations/example.com~1a~0b', value: 'x' },
  ]
  const { code, body } = await api.patch(path, 'json', add)
  expect([code, body.metadata?.annotations ?? body.message]).toEqual([
    422,
    "ConfigMap \"a\" is invalid: metadata.annotations: Invalid value: \"example.com/a~b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
  ])
})

test.each([
  ['merges objects', { spec: { b: { y: 2 } } }, { a: 1, b: { x: 1, y: 2 }, list: [1, 2] }],
  ['null removes', { spec: { a: null, b: { x: null } } }, { b: {}, list: [1, 2] }],
  ['lists are replaced', { spec: { list: [3] } }, { a: 1, b: { x: 1 }, list: [3] }],
  ['an object over a number', { spec: { a: { z: 1 } } }, { a: { z: 1 }, b: { x: 1 }, list: [1, 2] }],
  ['a number over an object', { spec: { b: 5 } }, { a: 1, b: 5, list: [1, 2] }],
  ['null of what is not there', { spec: { none: null } }, { a: 1, b: { x: 1 }, list: [1, 2] }],
  [
    'nulls in what is new',
    { spec: { c: { d: null, e: 1 } } },
    { a: 1, b: { x: 1 }, list: [1, 2], c: { e: 1 } },
  ],
])('merge patch: %s', async (_, patch, wanted) => {
  const path = await thing({ a: 1, b: { x: 1 }, list: [1, 2] })
  const { code, body } = await api.patch(path, 'merge', patch)
  expect([code, body.spec ?? body.message]).toEqual([200, wanted])
})

test.each([
  ['[]', 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
  [
    '"x"',
    'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}',
  ],
  ['{', 'error decoding patch: unexpected end of JSON input'],
  ['null', 'Invalid JSON Patch'],
])('merge patch: the body %s', async (body, message) => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const got = await api.patch(`${core(ns, 'configmaps')}/a`, 'merge', body)
  expect(refusal(got)).toEqual({ code: 400, reason: 'BadRequest', message })
})
