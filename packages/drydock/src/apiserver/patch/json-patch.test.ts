import { expect, test } from 'vitest'
import { ApiError } from '../status.ts'
import { jsonPatch } from './json-patch.ts'
import { mergePatch } from './merge-patch.ts'

function codeOf(patch: unknown, target: unknown = { a: [1, 2], b: { c: 1 } }): [number, string] | undefined {
  try {
    jsonPatch(target, patch)
  } catch (error) {
    if (error instanceof ApiError) return [error.httpStatus, error.code]
    throw error
  }
  return undefined
}

test.each<[string, unknown, unknown, unknown[]]>([
  ['adds a field', { a: 1 }, { a: 1, b: 2 }, [{ op: 'add', path: '/b', value: 2 }]],
  ['adds into a list', [1, 3], [1, 2, 3], [{ op: 'add', path: '/1', value: 2 }]],
  ['appends', [1], [1, 2], [{ op: 'add', path: '/-', value: 2 }]],
  [
    'removes',
    { a: 1, b: [1, 2] },
    { b: [2] },
    [
      { op: 'remove', path: '/a' },
      { op: 'remove', path: '/b/0' },
    ],
  ],
  ['replaces', { a: { b: 1 } }, { a: { b: null } }, [{ op: 'replace', path: '/a/b', value: null }]],
  ['replaces the whole', { a: 1 }, { b: 2 }, [{ op: 'replace', path: '', value: { b: 2 } }]],
  ['moves', { a: [1, 2] }, { a: [2, 1] }, [{ op: 'move', from: '/a/0', path: '/a/1' }]],
  ['copies', { a: { b: 1 } }, { a: { b: 1 }, c: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }]],
  [
    'reads escapes',
    { 'a/b': 1, 'm~n': 2 },
    { 'm~n': 3 },
    [
      { op: 'remove', path: '/a~1b' },
      { op: 'replace', path: '/m~0n', value: 3 },
    ],
  ],
  [
    'tests',
    { a: { b: [1] } },
    { a: { b: [1] } },
    [
      { op: 'test', path: '/a', value: { b: [1] } },
      { op: 'test', path: '/none', value: null },
    ],
  ],
])('a JSON patch %s', (_, before, after, patch) => {
  const original = structuredClone(before)
  expect(jsonPatch(before, patch)).toEqual(after)
  expect(before).toEqual(original)
})

test('a JSON patch that does not fit is unprocessable, one that is malformed is a bad request', () => {
  const invalid = [422, 'Invalid']
  expect(codeOf([{ op: 'test', path: '/b/c', value: 2 }])).toEqual(invalid)
  expect(codeOf([{ op: 'remove', path: '/x' }])).toEqual(invalid)
  expect(codeOf([{ op: 'replace', path: '/x/y', value: 1 }])).toEqual(invalid)
  expect(codeOf([{ op: 'add', path: '/a/3', value: 1 }])).toEqual(invalid)
  expect(codeOf([{ op: 'add', path: '/x/y', value: 1 }])).toEqual(invalid)
  expect(codeOf([{ op: 'copy', from: '/x/z', path: '/y' }])).toEqual(invalid)
  expect(codeOf([{ op: 'move', from: '/b', path: '/b/d' }])).toEqual(invalid)
  expect(codeOf([{ op: 'frobnicate', path: '/b' }])).toEqual(invalid)
  expect(codeOf([{ op: 'add' }])).toEqual(invalid)
  expect(codeOf({ op: 'add' })).toEqual([400, 'BadRequest'])
  expect(codeOf([1])).toEqual([400, 'BadRequest'])
  expect(codeOf(Array(10_001).fill({ op: 'test', path: '/x', value: null }))).toEqual([
    413,
    'RequestEntityTooLarge',
  ])
})

test.each<[unknown, unknown, unknown]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b', c: 1 }, { a: null }, { c: 1 }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  ['x', { a: 1 }, { a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('a merge patch of %j with %j gives %j', (target, patch, result) => {
  expect(mergePatch(target, patch)).toEqual(result)
})
