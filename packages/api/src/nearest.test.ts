import { expect, test } from 'vitest'
import { directiveNames } from './generated/directive-names.ts'
import { nearest } from './nearest.ts'

test.each([
  ['maxmemory-polcy', 'maxmemory-policy'],
  ['apendonly', 'appendonly'],
  ['hzz', 'hz'],
  ['Timeout', 'timeout'],
])('%s was probably meant to be %s', (word, meant) => {
  expect(nearest(word, directiveNames)).toBe(meant)
})

test.each(['dsn-role', '', 'x', 'sentinel quorum'])('nothing is near %j', (word) => {
  expect(nearest(word, directiveNames)).toBeUndefined()
})

test('a name is nearest to itself', () => {
  for (const name of directiveNames) expect(nearest(name, directiveNames)).toBe(name)
})
