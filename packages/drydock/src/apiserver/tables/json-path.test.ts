import { expect, test } from 'vitest'
import { parsePath, valuesAt } from './json-path.ts'

const object = {
  a: { 'b.c': 1, 'd-e': 2 },
  list: [
    { type: 'x', n: 1, on: true },
    { type: 'y', n: 2 },
  ],
  map: { p: 1, q: 2 },
}

test.each<[string, unknown[]]>([
  ['.a.d-e', [2]],
  ["{.a['b.c']}", [1]],
  ['.a.b\\.c', [1]],
  ['$.list[0].n', [1]],
  ['.list[-1].n', [2]],
  ['.list[*].n', [1, 2]],
  ['.map.*', [1, 2]],
  ['.list[?(@.type=="y")].n', [2]],
  [".list[?(@.type=='x')].n", [1]],
  ['.list[?(@.n==2)].type', ['y']],
  ['.list[?(@.on==true)].type', ['x']],
  ['.list[?(@.type!="x")].type', ['y']],
  ['.list[9].n', []],
  ['.none.at.all', []],
  ['.a.constructor', []],
])('%s leads to %j', (path, expected) => {
  const steps = parsePath(path)
  expect(steps && valuesAt(object, steps)).toEqual(expected)
})

test.each(['.a[', '.a[?(@.b)]', 'a b]'])('%s is no path', (path) => expect(parsePath(path)).toBeUndefined())
