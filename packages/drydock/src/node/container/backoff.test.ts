import { expect, test } from 'vitest'
import { Backoff, goDuration, kubeletBackoff } from './backoff.ts'

test('the first restart is at once, later ones wait twice as long each, up to five minutes', () => {
  const backoff = new Backoff(kubeletBackoff)
  const waits = Array.from({ length: 8 }, () => goDuration(backoff.after(1000)))
  expect(waits).toEqual(['0ms', '10s', '20s', '40s', '1m20s', '2m40s', '5m0s', '5m0s'])
})

test('a container that ran for ten minutes starts with a clean slate', () => {
  const backoff = new Backoff(kubeletBackoff)
  for (let i = 0; i < 5; i++) backoff.after(1000)
  expect(backoff.after(600_000)).toBe(0)
  expect(backoff.after(1000)).toBe(10_000)
})
