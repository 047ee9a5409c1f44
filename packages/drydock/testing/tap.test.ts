import { expect, test } from 'vitest'
import { type Exchange, Tap } from './tap.ts'

const ask: Exchange = { channel: 'looking', to: '10.0.0.1:6379', command: ['ROLE'] }
const looking = ({ channel }: Exchange): boolean => channel === 'looking'

test('answers of before, until taken back; others are asked', async () => {
  const tap = new Tap()
  let role = 'primary'
  const answer = async (): Promise<string> => role
  await tap.exchange(ask, answer)
  const undo = tap.replay(looking, tap.answers())
  role = 'replica'
  expect(await tap.exchange(ask, answer)).toBe('primary')
  expect(await tap.exchange({ ...ask, channel: 'acting' }, answer)).toBe('replica')
  expect(await tap.exchange({ ...ask, to: '10.0.0.2:6379' }, answer)).toBe('replica')
  undo()
  expect(await tap.exchange(ask, answer)).toBe('replica')
  expect(tap.disturbed).toBe(1)
})

test('no answer: the server is not asked', async () => {
  const tap = new Tap()
  tap.fail(looking, () => new Error('silence'))
  let asked = false
  const answer = async (): Promise<void> => {
    asked = true
  }
  await expect(tap.exchange(ask, answer)).rejects.toThrow('silence')
  expect(asked).toBe(false)
})

test('late: what the server said when it was asked arrives when it may', async () => {
  const tap = new Tap()
  const { promise, resolve } = Promise.withResolvers<void>()
  tap.hold(looking, promise)
  let role = 'primary'
  const late = tap.exchange(ask, async () => role)
  role = 'replica'
  resolve()
  expect(await late).toBe('primary')
})
