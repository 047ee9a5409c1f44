import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from './fake-clock.ts'
import { WorkQueue } from './work-queue.ts'

let clock: FakeClock
let queue: WorkQueue
const never = new AbortController().signal

beforeEach(() => {
  clock = new FakeClock()
  queue = new WorkQueue({ clock })
})

/** Everything that can be had now. */
async function drain(): Promise<string[]> {
  const keys: string[] = []
  while (queue.depth > 0) {
    const key = await queue.get(never)
    queue.done(key)
    keys.push(key)
  }
  return keys
}

test('a key waits once however often it is added, in the order of arrival', async () => {
  for (const key of ['b', 'a', 'b', 'c', 'a']) queue.add(key)
  expect(await drain()).toEqual(['b', 'a', 'c'])
})

test('a worker that waits is given the next key; the longest waiting first', async () => {
  const first = queue.get(never)
  const second = queue.get(never)
  queue.add('a')
  queue.add('b')
  expect(await Promise.all([first, second])).toEqual(['a', 'b'])
})

test('a key added while a worker has it is given out again, once, after done', async () => {
  queue.add('a')
  const key = await queue.get(never)
  queue.add('a')
  queue.add('a')
  expect(queue.depth).toBe(0)
  queue.done(key)
  expect(await drain()).toEqual(['a'])
})

test('a key that always comes back does not keep the others waiting', async () => {
  queue.add('busy')
  const order: string[] = []
  for (let i = 0; i < 6; i++) {
    const key = await queue.get(never)
    order.push(key)
    if (key === 'busy') queue.add('busy')
    queue.add(`other${i}`)
    queue.done(key)
  }
  expect(order).toEqual(['busy', 'other0', 'busy', 'other1', 'other2', 'busy'])
})

describe('addAfter', () => {
  test('adds in time, not before', async () => {
    queue.addAfter('a', 1_000)
    await clock.advance(999)
    expect(queue.depth).toBe(0)
    await clock.advance(1)
    expect(await drain()).toEqual(['a'])
  })

  test.each([
    [1_000, 5_000],
    [5_000, 1_000],
  ])('of two wishes keeps the earlier (%i, %i)', async (one, other) => {
    queue.addAfter('a', one)
    queue.addAfter('a', other)
    await clock.advance(1_000)
    expect(await drain()).toEqual(['a'])
    await clock.advance(10_000)
    expect(await drain()).toEqual([])
  })

  test('of nothing adds at once', () => {
    queue.addAfter('a', 0)
    expect(queue.depth).toBe(1)
  })
})

test('failures of a key are further and further apart, up to the limit, and forgotten by success', async () => {
  queue = new WorkQueue({ clock, backoff: { initial: 100, max: 1_000, factor: 2, jitter: 0 } })
  const delays: number[] = []
  for (let i = 0; i < 6; i++) {
    if (i === 5) queue.forget('a')
    const began = clock.now()
    queue.addRateLimited('a')
    while (queue.depth === 0) await clock.advance(10)
    delays.push(clock.now() - began)
    await drain()
  }
  expect(delays).toEqual([100, 200, 400, 800, 1_000, 100])
})

test('a worker that gives up takes no key with it', async () => {
  const leave = new AbortController()
  const given = queue.get(leave.signal)
  leave.abort()
  await expect(given).rejects.toMatchObject({ code: 'Aborted' })
  queue.add('a')
  expect(await drain()).toEqual(['a'])
})

test('close cancels what was to come', async () => {
  queue.addAfter('a', 1_000)
  queue.close()
  expect(clock.pending).toBe(0)
})

test('in any history: one worker a key, every wish is answered, no key waits twice', async () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd')
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), key }),
    fc.record({ do: fc.constant('addAfter' as const), key, ms: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ do: fc.constant('get' as const) }),
    fc.record({ do: fc.constant('done' as const), pick: fc.nat() }),
    fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 30 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const time = new FakeClock()
      const q = new WorkQueue<string>({ clock: time })
      const held: string[] = []
      /** Keys whose last wish has not been followed by a get. */
      const wished = new Map<string, number>()
      const wish = (k: string, at: number): void => void wished.set(k, Math.max(at, wished.get(k) ?? 0))
      const take = async (): Promise<void> => {
        const got = await q.get(never)
        expect(held).not.toContain(got)
        if ((wished.get(got) ?? Number.POSITIVE_INFINITY) <= time.now()) wished.delete(got)
        held.push(got)
      }
      for (const s of steps) {
        if (s.do === 'add') {
          q.add(s.key)
          wish(s.key, time.now())
        } else if (s.do === 'addAfter') {
          q.addAfter(s.key, s.ms)
          wish(s.key, time.now())
        } else if (s.do === 'get' && q.depth > 0) await take()
        else if (s.do === 'done' && held.length > 0) q.done(held.splice(s.pick % held.length, 1)[0] ?? '')
        else if (s.do === 'advance') await time.advance(s.ms)
        expect(q.depth).toBeLessThanOrEqual(4)
      }
      for (const k of held.splice(0)) q.done(k)
      await time.advance(100)
      // Bounded by the number of keys: each waits at most once now.
      const last: string[] = []
      while (q.depth > 0) {
        await take()
        last.push(held.at(-1) ?? '')
      }
      expect(new Set(last).size).toBe(last.length)
      expect([...wished.keys()]).toEqual([])
      expect(time.pending).toBe(0)
    }),
    { numRuns: 200 },
  )
})
