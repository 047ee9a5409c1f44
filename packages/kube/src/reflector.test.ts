import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { FakeApiServer, type Fault, type Seen, send, sendStatus } from '../testing/index.ts'
import { pod } from '../testing/sample.ts'
import type { Client } from './client.ts'
import { FakeClock } from './fake-clock.ts'
import { createClient } from './json-client.ts'
import type { Pod } from './kinds.ts'
import { silentLog } from './log.ts'
import { keyOf } from './object.ts'
import { Reflector, type ReflectorOptions } from './reflector.ts'
import { resources } from './resources.ts'

let server: FakeApiServer
let client: Client
let clock: FakeClock
let stop: AbortController
let running: Promise<void>[]

beforeEach(async () => {
  server = await FakeApiServer.start()
  clock = new FakeClock()
  client = createClient(server.config, { clock })
  stop = new AbortController()
  running = []
})
afterEach(async () => {
  stop.abort()
  await Promise.all(running)
  await client.close()
  await server.stop()
})

function reflect(o: Partial<ReflectorOptions<Pod>> = {}): { reflector: Reflector<Pod>; changes: string[] } {
  const reflector = new Reflector({
    client,
    resource: resources.pods,
    log: silentLog,
    clock,
    random: () => 0.5,
    ...o,
  })
  const changes: string[] = []
  reflector.subscribe(({ type, object }) => changes.push(`${type} ${object.metadata.name}`))
  running.push(reflector.run(stop.signal))
  return { reflector, changes }
}

/** Lets time pass until something has come true. */
function until(check: () => void): Promise<void> {
  return vi.waitFor(
    async () => {
      await clock.advance(100)
      check()
    },
    { timeout: 60_000, interval: 2 },
  )
}

const following = (): Promise<void> => until(() => expect(server.watches).toBe(1))
const isWatch = (seen: Seen): boolean => seen.query.get('watch') === 'true'
const lists = (): Seen[] => server.requests.filter((r) => !isWatch(r))
const watchesFrom = (): (string | null)[] =>
  server.requests.filter(isWatch).map((r) => r.query.get('resourceVersion'))

/** Breaks the first so many requests of a sort. */
function first(times: number, which: (seen: Seen) => boolean, fault: Fault): Fault {
  let left = times
  return (seen, response) => which(seen) && left-- > 0 && fault(seen, response)
}

const refuse =
  (status: number, reason: string, headers = {}): Fault =>
  (_, response) => {
    sendStatus(response, status, reason, headers)
    return true
  }

test('the store follows the server', async () => {
  server.put(resources.pods, pod('a'))
  const { reflector, changes } = reflect()
  await reflector.synced()
  expect(reflector.store.get('default/a')).toMatchObject({ kind: 'Pod', metadata: { name: 'a' } })
  await following()
  server.put(resources.pods, pod('b'))
  server.put(resources.pods, pod('a', { labels: { x: 'y' } }))
  server.remove(resources.pods, 'default/b')
  await until(() => expect(changes).toEqual(['added a', 'added b', 'updated a', 'deleted b']))
  expect(reflector.store.list()).toHaveLength(1)
  expect(reflector.store.get('default/a')?.metadata.labels).toEqual({ x: 'y' })
})

test('pages are joined, and the store has synced only after the last', async () => {
  for (let i = 0; i < 7; i++) server.put(resources.pods, pod(`p${i}`))
  const states: boolean[] = []
  const { reflector } = reflect({ pageSize: 3 })
  reflector.subscribe(() => states.push(reflector.store.hasSynced()))
  await reflector.synced()
  expect(lists().map((r) => r.query.get('limit'))).toEqual(['3', '3', '3'])
  expect(reflector.store.size).toBe(7)
  expect(states).toEqual(Array(7).fill(false))
  expect(reflector.store.hasSynced()).toBe(true)
})

test('who subscribes late is told what is there', async () => {
  server.put(resources.pods, pod('a'))
  const { reflector } = reflect()
  await reflector.synced()
  const late: string[] = []
  const unsubscribe = reflector.subscribe(({ type, object }) => late.push(`${type} ${object.metadata.name}`))
  expect(late).toEqual(['added a'])
  unsubscribe()
  await following()
  server.put(resources.pods, pod('b'))
  await until(() => expect(reflector.store.size).toBe(2))
  expect(late).toEqual(['added a'])
})

test('managedFields and what the transform drops are not kept', async () => {
  const { reflector } = reflect({
    transform: ({ metadata: { annotations: _, ...metadata }, ...rest }) => ({ ...rest, metadata }),
  })
  const big = { annotations: { last: '{...}' }, managedFields: [{}] }
  server.put(resources.pods, { ...pod('a'), metadata: { ...pod('a').metadata, ...big } })
  await until(() => expect(reflector.store.size).toBe(1))
  expect(Object.keys(reflector.store.get('default/a')?.metadata ?? {}).sort()).toEqual([
    'name',
    'namespace',
    'resourceVersion',
    'uid',
  ])
})

test('a subscriber that throws stops neither the others nor the reflector', async () => {
  const { reflector, changes } = reflect()
  reflector.subscribe(() => {
    throw new Error('mine')
  })
  await following()
  server.put(resources.pods, pod('a'))
  server.put(resources.pods, pod('b'))
  await until(() => expect(changes).toEqual(['added a', 'added b']))
})

describe('a watch that ends', () => {
  test.each(['end', 'cut'] as const)('(%s) goes on where it stood, without another list', async (how) => {
    const { reflector, changes } = reflect()
    await following()
    server.put(resources.pods, pod('a'))
    await until(() => expect(changes).toEqual(['added a']))
    server.endWatches(how)
    server.put(resources.pods, pod('b'))
    await until(() => expect(changes).toEqual(['added a', 'added b']))
    expect(lists()).toHaveLength(1)
    expect(watchesFrom().at(-1)).toBe(reflector.store.get('default/a')?.metadata.resourceVersion)
  })

  test('in the middle of an event loses none', async () => {
    const { changes } = reflect()
    await following()
    server.put(resources.pods, pod('a'))
    server.sendRaw('{"type":"MODIFIED","object":{"metadata":{"name":"a","resourceVersion":"999"')
    await until(() => expect(changes).toEqual(['added a']))
    server.put(resources.pods, pod('b'))
    server.endWatches('cut')
    await until(() => expect(changes).toEqual(['added a', 'added b']))
  })

  test('goes on from the last bookmark', async () => {
    reflect()
    await following()
    server.age(50)
    server.bookmark()
    // The bookmark has to arrive before the end of the watch does.
    server.endWatches('end')
    await until(() => expect(watchesFrom()).toEqual(['100', '150']))
    expect(lists()).toHaveLength(1)
  })

  test('without a sign of life is given up and begun again', async () => {
    const { changes } = reflect({ inactivityTimeout: 90_000 })
    server.fault = first(1, isWatch, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
      return true
    })
    await until(() => expect(watchesFrom()).toHaveLength(1))
    server.put(resources.pods, pod('a'))
    await eventually(async () => {
      await clock.advance(10_000)
      expect(changes).toEqual(['added a'])
    })
    expect(lists()).toHaveLength(1)
  })

  test('after it has told something counts as a first failure', async () => {
    let n = 0
    server.fault = (seen, response) => {
      if (!isWatch(seen)) return false
      const object = { ...pod(`p${n}`), metadata: { name: `p${n}`, resourceVersion: `${200 + n++}` } }
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`, () => response.destroy())
      return true
    }
    const began = clock.now()
    const { reflector } = reflect({ backoff: { initial: 1_000, max: 3_600_000, factor: 10, jitter: 0 } })
    await until(() => expect(reflector.store.size).toBeGreaterThan(5))
    expect(clock.now() - began).toBeLessThan(60_000)
  })

  test('at once, each time, is not begun again at full speed', async () => {
    server.fault = (seen, response) => {
      if (!isWatch(seen)) return false
      response.writeHead(200, { 'content-type': 'application/json' }).end()
      return true
    }
    const { reflector } = reflect({ backoff: { initial: 1_000, max: 60_000, factor: 2, jitter: 0 } })
    await reflector.synced()
    for (let s = 0; s < 100; s++) {
      await clock.advance(1_000)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    // 1 + 2 + 4 + 8 + 16 + 32 s of waiting fit into these 100 s.
    expect(watchesFrom().length).toBeLessThanOrEqual(8)
    expect(watchesFrom().length).toBeGreaterThan(2)
  })
})

describe('history that the server has forgotten', () => {
  test.each(['as an event', 'as the answer'])(
    '(410 %s) is listed again, and who is gone is told',
    async (how) => {
      server.put(resources.pods, pod('goes'))
      server.put(resources.pods, pod('stays'))
      server.put(resources.pods, pod('same'))
      const { reflector, changes } = reflect()
      await following()
      server.fault = first(1, isWatch, (seen, response) => {
        // What happens while nobody watches.
        server.remove(resources.pods, 'default/goes')
        server.put(resources.pods, pod('new'))
        server.put(resources.pods, pod('stays', { labels: { x: 'y' } }))
        server.compact()
        return how === 'as the answer' ? refuse(410, 'Expired')(seen, response) : false
      })
      server.endWatches('cut')
      await until(() => expect(changes).toContain('deleted goes'))
      // Nothing is said of what did not change.
      expect(changes.slice(3).sort()).toEqual(['added new', 'deleted goes', 'updated stays'])
      expect(reflector.store.list().map(keyOf).sort()).toEqual([
        'default/new',
        'default/same',
        'default/stays',
      ])
      expect(lists()).toHaveLength(2)
      await following()
      server.put(resources.pods, pod('later'))
      await until(() => expect(changes).toContain('added later'))
    },
  )

  test('in the middle of a paged list begins the list again', async () => {
    for (let i = 0; i < 6; i++) server.put(resources.pods, pod(`p${i}`))
    server.fault = first(
      1,
      (seen) => seen.query.get('continue') !== null,
      () => {
        server.remove(resources.pods, 'default/p0')
        server.compact()
        return false
      },
    )
    const { reflector } = reflect({ pageSize: 2 })
    await until(() => expect(reflector.store.hasSynced()).toBe(true))
    expect(reflector.store.list().map(keyOf).sort()).toEqual([1, 2, 3, 4, 5].map((i) => `default/p${i}`))
  })

  test('again and again is not listed at full speed', async () => {
    server.fault = (seen, response) => isWatch(seen) && refuse(410, 'Expired')(seen, response)
    reflect({ backoff: { initial: 1_000, max: 60_000, factor: 2, jitter: 0 } })
    for (let s = 0; s < 100; s++) {
      await clock.advance(1_000)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(lists().length).toBeLessThanOrEqual(8)
    expect(lists().length).toBeGreaterThan(2)
  })
})

describe('a list', () => {
  test.each([
    [500, 'InternalError'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
  ])('that fails (%i) is tried until it works', async (status, reason) => {
    server.fault = first(3, () => true, refuse(status, reason))
    const { reflector } = reflect()
    await until(() => expect(reflector.store.hasSynced()).toBe(true))
    expect(lists()).toHaveLength(4)
  })

  test('refused with 429 waits as long as was asked', async () => {
    const times: number[] = []
    const busy = first(1, () => true, refuse(429, 'TooManyRequests', { 'retry-after': '30' }))
    server.fault = (seen, response) => {
      times.push(clock.now())
      return busy(seen, response)
    }
    const { reflector } = reflect()
    await until(() => expect(reflector.store.hasSynced()).toBe(true))
    const [refused = 0, again = 0] = times
    expect(again - refused).toBeGreaterThanOrEqual(30_000)
  })

  test('whose page does not come asks for that page again, not for all', async () => {
    for (let i = 0; i < 6; i++) server.put(resources.pods, pod(`p${i}`))
    server.fault = first(
      1,
      (seen) => seen.query.get('continue') !== null,
      () => true,
    )
    const { reflector } = reflect({ pageSize: 2, listTimeout: 20_000 })
    await eventually(() => expect(lists()).toHaveLength(2))
    await eventually(async () => {
      await clock.advance(5_000)
      expect(reflector.store.hasSynced()).toBe(true)
    })
    const tokens = lists().map((r) => r.query.get('continue')?.split(' ')[1])
    expect(tokens).toEqual([undefined, 'default/p1', 'default/p1', 'default/p3'])
  })
})

test('synced can be given up', async () => {
  server.fault = () => true
  const { reflector } = reflect()
  await expect(reflector.synced(AbortSignal.abort())).rejects.toMatchObject({ code: 'Aborted' })
})

test('stopping leaves no timer, no connection and no promise behind', async () => {
  reflect()
  await following()
  stop.abort()
  await Promise.all(running)
  expect(clock.pending).toBe(0)
  await eventually(() => expect(server.watches).toBe(0))
})

test('10,000 objects come in pages of 200, and others get their turn after each page', async () => {
  const page = (from: number): unknown => ({
    metadata: { resourceVersion: '1', ...(from + 200 < 10_000 ? { continue: String(from + 200) } : {}) },
    items: Array.from({ length: 200 }, (_, i) => pod(`p${from + i}`)),
  })
  server.fault = (seen, response) => {
    if (isWatch(seen)) return false
    send(response, 200, page(Number(seen.query.get('continue') ?? 0)))
    return true
  }
  // What is handled without a break can be seen from a counter that only a turn of the event loop moves.
  let turn = 0
  let ticking = true
  const tick = (): void => {
    turn++
    if (ticking) setImmediate(tick)
  }
  tick()
  const perTurn = new Map<number, number>()
  const { reflector } = reflect()
  reflector.subscribe(() => perTurn.set(turn, (perTurn.get(turn) ?? 0) + 1))
  await reflector.synced()
  ticking = false
  expect(reflector.store.size).toBe(10_000)
  expect(Math.max(...perTurn.values())).toBe(200)
})
