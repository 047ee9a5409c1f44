import { FakeClock } from '@orlop/kube'
import { expect, test } from 'vitest'
import { MovableClock } from './movable-clock.ts'

test('moved on, what falls due fires in its order, and the rest keeps its moment', async () => {
  const base = new FakeClock()
  const clock = new MovableClock(base)
  const start = clock.now()
  const fired: string[] = []
  clock.setTimer(3000, () => fired.push('third'))
  clock.setTimer(1000, () => fired.push('first'))
  clock.setTimer(2000, () => fired.push('second'))
  clock.setTimer(9000, () => fired.push('late'))
  clock.setTimer(500, () => fired.push('cancelled')).cancel()
  await clock.advance(3000)
  expect(clock.now()).toBe(start + 3000)
  expect(fired).toEqual(['first', 'second', 'third'])
  await base.advance(5999)
  expect(fired).not.toContain('late')
  await base.advance(1)
  expect(fired).toEqual(['first', 'second', 'third', 'late'])
})

test('it runs by itself as well, and a sleep can be given up', async () => {
  const base = new FakeClock()
  const clock = new MovableClock(base)
  const given = new AbortController()
  const slept = clock.sleep(1000)
  const gaveUp = expect(clock.sleep(5000, given.signal)).rejects.toMatchObject({ code: 'Aborted' })
  await base.advance(1000)
  await slept
  given.abort()
  await gaveUp
})
