import { expect, test } from 'vitest'
import { matchesSelector } from './selector.ts'
import type { LabelSelector } from './wire.ts'

const labels = { app: 'web', tier: 'front' }

test.each<[LabelSelector | undefined, boolean]>([
  [undefined, false],
  [{}, true],
  [{ matchLabels: { app: 'web' } }, true],
  [{ matchLabels: { app: 'web', tier: 'back' } }, false],
  [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'api'] }] }, true],
  [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
  [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
  [{ matchExpressions: [{ key: 'zone', operator: 'Exists' }] }, false],
  [{ matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }, true],
  [{ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
  [{ matchExpressions: [{ key: 'app', operator: 'Unheard' }] }, false],
])('%j: %s', (selector, expected) => {
  expect(matchesSelector(labels, selector)).toBe(expected)
})
