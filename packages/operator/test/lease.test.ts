/** Two operators share one lease: one acts, the other stands by with its caches filled, and takes over. */
import { type Lease, resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Life, startLife } from '../testing/life.ts'
import { createWorld, eventually, type World } from '../testing/world.ts'

const spec = { version: '7.0', memory: '32Mi', failover: { mode: 'none' } }
/** A leader that is held up by a busy machine is still the leader. */
const lease = { leaseDuration: 15_000, renewDeadline: 12_000, retryPeriod: 300 }

let world: World
const lives = new Map<string, Life>()
const writes = new Map<string, string[]>()
/** Who dies at its next write. */
let doomed = ''

beforeAll(async () => {
  world = await createWorld()
  for (const identity of ['first', 'second']) start(identity)
  await world.apply('shared', { ...spec, instances: 1 })
  await world.ready('shared')
})
afterAll(async () => {
  for (const life of lives.values()) life.die()
  await world.stop()
})

function start(identity: string): void {
  const own: string[] = []
  writes.set(identity, own)
  const onWrite = (what: string): boolean => {
    own.push(what)
    return identity === doomed
  }
  lives.set(identity, startLife(world.drydock, { identity, lease, onWrite }))
}

const writesOf = (identity: string): number => writes.get(identity)?.length ?? 0
const leaseNow = (): Promise<Lease> =>
  world.client.get(resources.leases, { namespace: 'default', name: 'orlop-operator' })
const leader = async (): Promise<string> => (await leaseNow()).spec?.holderIdentity ?? ''
const other = (identity: string): string => [...lives.keys()].find((id) => id !== identity) ?? ''

async function bothSynced(): Promise<void> {
  await eventually('both have filled their caches', async () =>
    [...lives.values()].every(({ operator }) => operator.synced()),
  )
}

test('one acts; the other only watches', async () => {
  await bothSynced()
  const acting = await leader()
  expect(writesOf(acting)).toBeGreaterThan(0)
  expect(writesOf(other(acting))).toBe(0)
})

test('killed in the middle of a scale-out, the leader is replaced, and the other finishes it', async () => {
  const killed = await leader()
  const successor = other(killed)
  doomed = killed
  await world.apply('shared', { ...spec, instances: 3 })
  await lives.get(killed)?.ended
  const before = writesOf(killed)
  await eventually('the other leads', async () => (await leader()) === successor)
  await world.ready('shared')
  expect(writesOf(successor)).toBeGreaterThan(0)
  expect(writesOf(killed)).toBe(before)
  lives.delete(killed)
})

test('told to stop, the leader gives the lease back, and the other goes on', async () => {
  const stopped = await leader()
  start('third')
  await bothSynced()
  const holders: string[] = []
  const over = new AbortController()
  const { metadata } = await leaseNow()
  const watching = (async () => {
    const { resourceVersion } = metadata
    const selected = {
      namespace: 'default',
      signal: over.signal,
      ...(resourceVersion ? { resourceVersion } : {}),
    }
    for await (const { object } of world.client.watch(resources.leases, selected)) {
      holders.push(object.spec?.holderIdentity ?? '')
    }
  })().catch((error: unknown) => {
    if (!over.signal.aborted) throw error
  })
  await lives.get(stopped)?.stop()
  lives.delete(stopped)
  await eventually('the other leads', async () => holders.includes('third'))
  over.abort()
  await watching
  // Given back, not waited out.
  expect(holders.filter((holder, i) => holder !== holders[i - 1])).toEqual(
    holders[0] === '' ? ['', 'third'] : [stopped, '', 'third'],
  )
  await world.apply('shared', { ...spec, instances: 1 })
  await world.ready('shared')
  expect(writesOf('third')).toBeGreaterThan(0)
  await bothSynced()
})
