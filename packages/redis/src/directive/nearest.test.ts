import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'
import { allDirectiveNames } from './tables.ts'

test.each([
  ['maxmemory-polcy', 'maxmemory-policy'],
  ['max-memory', 'maxmemory'],
  ['appendonyl', 'appendonly'],
  ['HZ', 'hz'],
  ['repl_diskless_sync', 'repl-diskless-sync'],
  ['tcp-keep-alive', 'tcp-keepalive'],
])('%s is near %s', (name, meant) => {
  expect(nearest(name, allDirectiveNames())).toBe(meant)
})

test('what resembles nothing is near nothing', () => {
  expect(nearest('dsn-role', allDirectiveNames())).toBeUndefined()
  expect(nearest('', allDirectiveNames())).toBeUndefined()
  expect(nearest('hz', [])).toBeUndefined()
})
