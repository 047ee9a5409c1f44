import { expect, test } from 'vitest'
import { CircuitBreaker } from './circuit-breaker.ts'
import { FakeClock } from './fake-clock.ts'

const limits = { burst: 3, perSecond: 1, hold: 5_000 }

test('a key may be worked on in a burst and at a steady rate, and is held back above that', async () => {
  const clock = new FakeClock()
  const breaker = new CircuitBreaker(clock, limits)
  expect([1, 2, 3, 4].map(() => breaker.holdBack('a'))).toEqual([0, 0, 0, 5_000])
  expect(breaker.holdBack('b')).toBe(0)
  await clock.advance(5_000)
  expect([1, 2, 3, 4].map(() => breaker.holdBack('a'))).toEqual([0, 0, 0, 5_000])
  for (let s = 0; s < 60; s++) {
    await clock.advance(1_000)
    expect(breaker.holdBack('a')).toBe(0)
  }
})
