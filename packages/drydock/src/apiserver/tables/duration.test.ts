import { expect, test } from 'vitest'
import { humanDuration, since } from './duration.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

test.each<[number, string]>([
  [0, '0s'],
  [119 * second, '119s'],
  [2 * minute, '2m'],
  [3 * minute + 20 * second, '3m20s'],
  [10 * minute + 59 * second, '10m'],
  [179 * minute, '179m'],
  [3 * hour, '3h'],
  [3 * hour + 5 * minute, '3h5m'],
  [47 * hour, '47h'],
  [2 * day + 3 * hour, '2d3h'],
  [7 * day, '7d'],
  [8 * day + 3 * hour, '8d'],
  [729 * day, '729d'],
  [730 * day, '2y'],
  [800 * day, '2y70d'],
  [9 * 365 * day, '9y'],
  [-1 * second, '0s'],
  [-5 * second, '<invalid>'],
])('%d ms is printed %s', (span, text) => expect(humanDuration(span)).toBe(text))

test('a missing time is unknown', () => expect(since(undefined, 0)).toBe('<unknown>'))
