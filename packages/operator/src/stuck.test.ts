import { FakeClock } from '@orlop/kube'
import { expect, test } from 'vitest'
import { Watchdog } from './stuck.ts'

const key = { namespace: 'default', name: 'sessions' }
const { signal } = new AbortController()

test('a leader that renews is well; one that has stopped renewing and goes on is stuck', async () => {
  const clock = new FakeClock()
  const watchdog = new Watchdog(clock)
  await clock.advance(3_600_000)
  expect(watchdog.stuck(), 'it never led').toBeUndefined()
  watchdog.renewed(clock.now())
  await clock.advance(30_000)
  expect(watchdog.stuck()).toBeUndefined()
  await clock.advance(30_000)
  expect(watchdog.stuck()).toContain('60 s')
  watchdog.renewed(clock.now())
  expect(watchdog.stuck()).toBeUndefined()
  watchdog.resigned()
  await clock.advance(60_000)
  expect(watchdog.stuck()).toBeUndefined()
})

test('a pass that does not end is told of, one that ends or fails is not', async () => {
  const clock = new FakeClock()
  const watchdog = new Watchdog(clock)
  const { promise, resolve } = Promise.withResolvers<void>()
  const hanging = watchdog.watched(() => promise)(key, signal)
  const failing = watchdog.watched(() => Promise.reject(new Error('no')))(key, signal)
  await expect(failing).rejects.toThrow('no')
  await clock.advance(120_000)
  expect(watchdog.stuck()).toBeUndefined()
  await clock.advance(180_000)
  expect(watchdog.stuck()).toContain('default/sessions')
  resolve()
  await hanging
  expect(watchdog.stuck()).toBeUndefined()
})
