import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { FakeApiServer } from '../testing/index.ts'
import type { Client } from './client.ts'
import { FakeClock } from './fake-clock.ts'
import { createClient } from './json-client.ts'
import type { Lease } from './kinds.ts'
import { type LeaseOptions, runWithLease } from './lease.ts'
import { silentLog } from './log.ts'
import { resources } from './resources.ts'

let server: FakeApiServer
let clock: FakeClock
let clients: Client[]
let stops: AbortController[]
/** Who leads now; more than one would be the end of everything. */
let leaders: Set<string>
let most: number
/** Requests that have no answer yet. */
let waiting: number

beforeEach(async () => {
  server = await FakeApiServer.start()
  clock = new FakeClock()
  clients = []
  stops = []
  leaders = new Set()
  most = 0
  waiting = 0
})
afterEach(async () => {
  expect(most, 'leaders at a time').toBeLessThanOrEqual(1)
  for (const stop of stops) stop.abort()
  for (const client of clients) await client.close()
  await server.stop()
})

interface Candidate {
  stop: AbortController
  /** How it ended. */
  end: Promise<unknown>
}

function candidate(identity: string, o: Partial<LeaseOptions> = {}): Candidate {
  const stop = new AbortController()
  const client = counted(createClient({ ...server.config, headers: { 'x-candidate': identity } }, { clock }))
  stops.push(stop)
  clients.push(client)
  const end = runWithLease({
    client,
    namespace: 'orlop',
    name: 'operator',
    identity,
    clock,
    log: silentLog,
    signal: stop.signal,
    async onStartedLeading(signal) {
      leaders.add(identity)
      most = Math.max(most, leaders.size)
      await clock.sleep(365 * 24 * 3_600_000, signal).catch(() => {})
      leaders.delete(identity)
    },
    ...o,
  }).then(
    () => 'resigned',
    (e: unknown) => e,
  )
  return { stop, end }
}

/** The same client, whose requests are seen by `waiting` until they are answered. */
function counted(client: Client): Client {
  const count = async <T>(answer: Promise<T>): Promise<T> => {
    waiting++
    return answer.finally(() => waiting--)
  }
  return {
    ...client,
    get: (r, where, o) => count(client.get(r, where, o)),
    create: (r, object, o) => count(client.create(r, object, o)),
    update: (r, object, o) => count(client.update(r, object, o)),
    watch: (r, o) => client.watch(r, o),
    close: () => client.close(),
  }
}

/** Lets seconds pass, one at a time, so that answers of the server come in between: those that come at all, on a busy machine too. */
async function pass(seconds: number): Promise<void> {
  for (let s = 0; s < seconds; s++) {
    await clock.advance(1_000)
    const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))
    await turn()
    for (let turns = 0; waiting > 0 && turns < 20; turns++) await turn()
  }
}

const leads = (identity: string): Promise<void> =>
  eventually(async () => {
    await clock.advance(100)
    expect([...leaders]).toEqual([identity])
  })
const lease = (): Lease | undefined => server.get(resources.leases, 'orlop/operator')

test('the first to come leads, and says since when, in micro-times', async () => {
  candidate('a')
  await leads('a')
  const acquired = lease()?.spec
  expect(acquired).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 })
  expect(acquired?.renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  await pass(60)
  expect([...leaders]).toEqual(['a'])
  expect(lease()?.spec?.acquireTime).toBe(acquired?.acquireTime)
  expect(lease()?.spec?.renewTime).not.toBe(acquired?.renewTime)
})

test('a leader that is told to stop gives the lease back, and the next need not wait for it to expire', async () => {
  const a = candidate('a')
  await leads('a')
  candidate('b')
  await pass(30)
  expect([...leaders]).toEqual(['a'])
  a.stop.abort()
  expect(await a.end).toBe('resigned')
  expect(leaders.size).toBe(0)
  // The clock stands still: the next one was told.
  await eventually(() => expect([...leaders]).toEqual(['b']))
  expect(lease()?.spec?.leaseTransitions).toBe(1)
})

test('who may not watch the lease finds it free at the next attempt', async () => {
  server.fault = (seen, response) => {
    if (!seen.query.has('watch')) return false
    response.writeHead(403).end()
    return true
  }
  const a = candidate('a')
  await leads('a')
  candidate('b')
  await pass(4)
  a.stop.abort()
  expect(await a.end).toBe('resigned')
  await pass(3)
  expect([...leaders]).toEqual(['b'])
})

test('a leader tells of every renewal', async () => {
  const renewed: number[] = []
  candidate('a', { onRenewed: (at) => renewed.push(at) })
  await leads('a')
  await pass(10)
  expect(renewed.length).toBeGreaterThan(3)
  expect(renewed).toEqual(renewed.toSorted((x, y) => x - y))
})

describe('a leader that is cut off', () => {
  const cutOff = (identity: string, how: 'hangs' | 'is refused'): void => {
    server.fault = (seen, response) => {
      if (seen.headers['x-candidate'] !== identity) return false
      if (how === 'is refused') response.destroy()
      return true
    }
  }

  test.each(['hangs', 'is refused'] as const)(
    '(%s) stops before another begins, and says so',
    async (how) => {
      const a = candidate('a')
      await leads('a')
      candidate('b')
      await pass(4)
      cutOff('a', how)
      await pass(9)
      expect([...leaders]).not.toEqual(['b'])
      await pass(25)
      expect(await a.end).toMatchObject({ code: 'LeaseLost' })
      await leads('b')
    },
  )

  test('for less than the deadline goes on leading', async () => {
    candidate('a')
    await leads('a')
    await pass(4)
    cutOff('a', 'is refused')
    await pass(6)
    server.fault = () => false
    await pass(30)
    expect([...leaders]).toEqual(['a'])
  })
})

test('a leader that slept through its lease finds another and stops', async () => {
  const a = candidate('a')
  await leads('a')
  const stolen = lease() ?? expect.fail('no lease')
  server.put(resources.leases, { ...stolen, spec: { ...stolen.spec, holderIdentity: 'b' } })
  await pass(3)
  expect(await a.end).toMatchObject({ code: 'LeaseLost' })
  expect(leaders.size).toBe(0)
  expect(lease()?.spec?.holderIdentity).toBe('b')
})

test("another's lease is waited for by our own clock, whatever its own says", async () => {
  server.put(resources.leases, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: 'orlop', name: 'operator' },
    spec: { holderIdentity: 'gone', leaseDurationSeconds: 15, renewTime: '1999-01-01T00:00:00.000000Z' },
  })
  candidate('a')
  await pass(14)
  expect(leaders.size).toBe(0)
  await pass(5)
  expect([...leaders]).toEqual(['a'])
})

test('of two who come at once one leads', async () => {
  candidate('a')
  candidate('b')
  await pass(30)
  expect(leaders.size).toBe(1)
})

test('work that ends gives the lease back', async () => {
  const a = candidate('a', { onStartedLeading: () => {} })
  await eventually(async () => {
    await clock.advance(100)
    expect(lease()?.spec?.holderIdentity).toBe('')
  })
  expect(await a.end).toBe('resigned')
})

test('work that fails gives the lease back, and its error is told', async () => {
  const a = candidate('a', { onStartedLeading: () => Promise.reject(new Error('mine')) })
  await eventually(async () => {
    await clock.advance(100)
    expect(lease()?.spec?.holderIdentity).toBe('')
  })
  expect(await a.end).toMatchObject({ message: 'mine' })
})

test('periods that cannot work are refused', async () => {
  expect(await candidate('a', { renewDeadline: 20_000 }).end).toMatchObject({ code: 'BadConfig' })
})
