import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ControllerOptions, type Outcome, runController, TerminalError } from './controller.ts'
import { KubeError } from './errors.ts'
import { FakeClock } from './fake-clock.ts'
import { type Log, silentLog } from './log.ts'
import type { Source } from './source.ts'

let clock: FakeClock
let stop: AbortController
let running: Promise<void>
let add: (key: string) => void
let outcomes: Outcome[]
let warnings: object[]

beforeEach(() => {
  clock = new FakeClock()
  stop = new AbortController()
  outcomes = []
  warnings = []
})
afterEach(async () => {
  stop.abort()
  await running
})

const source = (synced: Promise<void> = Promise.resolve()): Source => ({
  start(fn) {
    add = fn
    return () => {}
  },
  synced: () => synced,
})

function start(o: Partial<ControllerOptions> & Pick<ControllerOptions, 'reconcile'>): void {
  const log: Log = {
    ...silentLog,
    warn: (o) => warnings.push(o),
    error: (o) => warnings.push(o),
    child: () => log,
  }
  const metrics = {
    reconciled: (_: string, outcome: Outcome) => void outcomes.push(outcome),
    depth: () => {},
  }
  running = runController(
    { name: 'test', sources: [source()], ...o },
    { log, clock, random: () => 0, metrics },
    stop.signal,
  )
}

/** Throws these in turn, then succeeds. */
const failing = (...errors: unknown[]): (() => Promise<void>) =>
  vi.fn(async () => {
    if (errors.length > 0) throw errors.shift()
  })

test('begins when its sources have been read, with what they told before', async () => {
  const synced = Promise.withResolvers<void>()
  const seen: object[] = []
  start({ sources: [source(synced.promise)], reconcile: async (key) => void seen.push(key) })
  add('ns/one')
  add('two')
  await clock.advance(1_000)
  expect(seen).toEqual([])
  synced.resolve()
  await clock.advance(0)
  expect(seen).toEqual([
    { namespace: 'ns', name: 'one' },
    { namespace: '', name: 'two' },
  ])
})

test('works on as many keys at a time as it has workers, and never twice on one', async () => {
  let now = 0
  let most = 0
  const keys = new Set<string>()
  start({
    workers: 3,
    reconcile: async ({ name }) => {
      expect(keys.has(name)).toBe(false)
      keys.add(name)
      most = Math.max(most, ++now)
      await clock.sleep(100)
      now--
      keys.delete(name)
    },
  })
  for (let i = 0; i < 10; i++) add(`k${i % 5}`)
  await clock.advance(50)
  for (let i = 0; i < 5; i++) add(`k${i}`)
  await clock.advance(1_000)
  expect(most).toBe(3)
  expect(outcomes).toHaveLength(8)
})

describe('an error', () => {
  test('is tried again, ever more slowly, and said', async () => {
    const reconcile = failing(new Error('1'), new Error('2'), new Error('3'))
    start({ reconcile, backoff: { initial: 1_000, max: 60_000, factor: 2, jitter: 0 } })
    add('a')
    await clock.advance(0)
    expect(reconcile).toHaveBeenCalledTimes(1)
    await clock.advance(1_000)
    expect(reconcile).toHaveBeenCalledTimes(2)
    await clock.advance(1_999)
    expect(reconcile).toHaveBeenCalledTimes(2)
    await clock.advance(1)
    await clock.advance(4_000)
    expect(outcomes).toEqual(['error', 'error', 'error', 'success'])
    expect(warnings).toHaveLength(3)
  })

  test('after a success counts as the first again', async () => {
    const results = [new Error('1'), new Error('2'), undefined, new Error('3'), undefined]
    start({
      backoff: { initial: 1_000, max: 60_000, factor: 10, jitter: 0 },
      reconcile: async () => {
        const error = results.shift()
        if (error) throw error
      },
    })
    add('a')
    await clock.advance(11_000)
    expect(outcomes).toEqual(['error', 'error', 'success'])
    add('a')
    await clock.advance(1_000)
    expect(outcomes.slice(3)).toEqual(['error', 'success'])
  })

  test('Conflict is tried again soon, and nobody hears of it', async () => {
    start({ reconcile: failing(new KubeError('Conflict', 'changed')) })
    add('a')
    await clock.advance(200)
    expect(outcomes).toEqual(['conflict', 'success'])
    expect(warnings).toEqual([])
  })

  test('TerminalError waits for the next change', async () => {
    start({ reconcile: failing(new TerminalError('the spec contradicts itself')) })
    add('a')
    await clock.advance(24 * 3_600_000)
    expect(outcomes).toEqual(['terminal'])
    add('a')
    await clock.advance(0)
    expect(outcomes).toEqual(['terminal', 'success'])
  })
})

test('requeueAfter looks again in time, and a change before that looks at once', async () => {
  start({ reconcile: async () => ({ requeueAfter: 30_000 }) })
  add('a')
  await clock.advance(29_999)
  expect(outcomes).toHaveLength(1)
  add('a')
  await clock.advance(0)
  expect(outcomes).toHaveLength(2)
  await clock.advance(1)
  expect(outcomes).toHaveLength(3)
})

test('a storm on one key is held back and said once; the other keys go on', async () => {
  let others = 0
  start({
    breaker: { burst: 10, perSecond: 1, hold: 5_000 },
    reconcile: async ({ name }) => {
      if (name === 'storm') add('storm')
      else others++
    },
  })
  add('storm')
  await clock.advance(10)
  expect(outcomes.filter((o) => o === 'success')).toHaveLength(10)
  expect(warnings).toMatchObject([{ key: 'storm', reason: 'ReconcileStorm' }])
  add('calm')
  await clock.advance(0)
  expect(others).toBe(1)
  await clock.advance(5_000)
  expect(outcomes.filter((o) => o === 'success')).toHaveLength(16)
})

test('a reconcile that takes too long is told to stop', async () => {
  start({
    timeout: 1_000,
    reconcile: (_, signal) => clock.sleep(3_600_000, signal),
  })
  add('a')
  await clock.advance(1_000)
  expect(outcomes).toEqual(['error'])
})

describe('stopping', () => {
  test('tells the reconcile, waits for it and leaves no timer', async () => {
    let ended = false
    start({
      reconcile: async (_, signal) => {
        await clock.sleep(3_600_000, signal).catch(() => {})
        ended = true
        throw new Error('interrupted')
      },
    })
    add('a')
    await clock.advance(0)
    stop.abort()
    await running
    expect(ended).toBe(true)
    expect(warnings).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('does not wait for ever for a reconcile that does not listen', async () => {
    start({ reconcile: () => new Promise(() => {}) })
    add('a')
    await clock.advance(0)
    stop.abort()
    await clock.advance(10_000)
    await running
    expect(warnings).toHaveLength(1)
  })
})
