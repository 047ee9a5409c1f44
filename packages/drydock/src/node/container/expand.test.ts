import { expect, test } from 'vitest'
import { expand } from './expand.ts'

test.each([
  ['$(A)', 'one'],
  ['x-$(A)-$(B)', 'x-one-two'],
  ['$(MISSING)', '$(MISSING)'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$one'],
  ['$A', '$A'],
  ['$(A', '$(A'],
  ['100$', '100$'],
  ['$(toString)', '$(toString)'],
])('%s becomes %s', (text, expanded) => {
  expect(expand(text, { A: 'one', B: 'two' })).toBe(expanded)
})
