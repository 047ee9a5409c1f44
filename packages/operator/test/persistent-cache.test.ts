/** Caches that keep their data on disk: what is still there after every instance that could fail has failed. */
import { resources } from '@orlop/kube'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Instances, instancesOf, podsOf } from '../testing/instances.ts'
import { createWorld, eventually, type World } from '../testing/world.ts'

const base = { version: '7.0', memory: '64Mi', instances: 3, failover: { mode: 'none' } }
let world: World
let instances: Instances

beforeAll(async () => {
  world = await createWorld()
  instances = instancesOf(world)
  world.startOperator()
})
afterAll(() => world.stop())

async function everyoneHas(pods: readonly string[], keys: readonly string[]): Promise<void> {
  for (const pod of pods) {
    await eventually(
      `${pod} has all that was acknowledged`,
      async () => (await instances.missing(pod, keys)).length === 0,
      async () => `missing: ${await instances.missing(pod, keys)}`,
    )
  }
}

/** Also waits until each answers again: the status may not have noticed that it was ever gone. */
async function killAll(pods: readonly string[]): Promise<void> {
  const before = await Promise.all(pods.map(instances.restartsOf))
  await Promise.all(pods.map((pod) => world.kill(pod)))
  for (const [i, pod] of pods.entries()) {
    await eventually(`${pod} was restarted and answers`, async () => {
      const restarted = (await instances.restartsOf(pod)) > (before[i] ?? 0)
      return restarted && instances.roleOf(pod)
    })
  }
}

describe('with an append-only file', () => {
  const pods = podsOf('kept', 3)

  beforeAll(async () => {
    // always: with everysec, Redis holds back what it appends while a slow disk syncs (up to 2 s), and kill -9 loses that.
    await world.apply('kept', { ...base, persistence: { mode: 'aof', fsync: 'always' } })
    await world.ready('kept')
  })

  test('kill -9 of the primary: it returns as the primary with its data, and the replicas with it', async () => {
    const primary = await instances.primaryOf('kept')
    const keys = await instances.fill(primary, 'first', 300)
    await killAll([primary])
    await world.ready('kept')
    const { status } = await world.redis('kept')
    expect(status?.primary).toBe(primary)
    expect(status?.lastFailover).toBeUndefined()
    expect(await instances.roleOf(primary)).toBe('primary')
    await everyoneHas(pods, keys)
  })

  test('kill -9 of all three at once: everything comes back with all acknowledged data', async () => {
    const primary = await instances.primaryOf('kept')
    const keys = await instances.fill(primary, 'second', 300)
    await killAll(pods)
    await world.ready('kept')
    expect(await instances.primaryOf('kept')).toBe(primary)
    await everyoneHas(pods, keys)
  })

  test('R1: all pods deleted at once, and with them every address: nothing is lost', async () => {
    const keys = await instances.fill(await instances.primaryOf('kept'), 'third', 300)
    const before = await instances.uidsOf(pods)
    await world.client.deleteCollection(resources.pods, {
      namespace: 'default',
      labelSelector: 'orlop.dev/redis=kept',
    })
    await eventually('every pod is another', async () => {
      const now = await instances.uidsOf(pods)
      return now.every((uid) => !before.includes(uid))
    })
    await world.ready('kept')
    await everyoneHas(pods, keys)
    await eventually('it takes writes again', async () =>
      instances.set(await instances.primaryOf('kept'), 'writable', 'again'),
    )
  })
})

describe('with snapshots only', () => {
  const pods = podsOf('snap', 3)

  beforeAll(async () => {
    await world.apply('snap', { ...base, persistence: { mode: 'rdb' } })
    await world.ready('snap')
  })

  test('kill -9 of the primary: its snapshot may be old, so the most advanced copy is promoted', async () => {
    const primary = await instances.primaryOf('snap')
    expect(primary).toBe('snap-0')
    const early = await instances.fill(primary, 'early', 100)
    await everyoneHas(pods, early)
    await world.connect(primary, (redis) => redis.command(['SAVE']))

    // snap-1 stands still while more is written than the network holds for it: it misses the end.
    const [frozen] = await instances.uidsOf(['snap-1'])
    for (const node of world.drydock.nodes) await node.freeze(frozen ?? '')
    const value = 'x'.repeat(2 << 20)
    for (let i = 0; i < 12; i++) await instances.set(primary, `large:${i}`, value)
    const late = await instances.fill(primary, 'late', 100)
    await everyoneHas(['snap-2'], late)
    await killAll([primary])
    for (const node of world.drydock.nodes) await node.thaw(frozen ?? '')

    await eventually(
      'the most advanced copy is the primary',
      async () => (await instances.primaryOf('snap')) === 'snap-2',
      async () => JSON.stringify((await world.redis('snap')).status),
    )
    await world.ready('snap')
    await everyoneHas(pods, [...early, ...late])
    expect((await world.redis('snap')).status?.lastFailover).toMatchObject({ from: 'snap-0', to: 'snap-2' })
  })
})

describe('profile store', () => {
  const setting = (pod: string, name: string): Promise<string | undefined> =>
    world.connect(pod, async (redis) => (await redis.configGet(name))[name])

  async function cordon(unschedulable: boolean): Promise<void> {
    const body = { spec: { unschedulable } }
    await world.client.patch(resources.nodes, { name: 'node-1' }, { type: 'merge', body })
  }

  beforeAll(async () => {
    await world.apply('store', { ...base, instances: 2, profile: 'store' })
    await world.ready('store')
  })

  test('evicts nothing, keeps an append-only file, and asks for a replica', async () => {
    expect(await setting('store-0', 'maxmemory-policy')).toBe('noeviction')
    expect(await setting('store-0', 'appendonly')).toBe('yes')
    await eventually(
      'writes need a replica',
      async () => (await setting('store-0', 'min-replicas-to-write')) === '1',
    )
  })

  test('a replica that is gone does not stop the writes, and once back it is needed again', async () => {
    await cordon(true)
    await world.client.delete(resources.pods, { namespace: 'default', name: 'store-1' })
    await eventually(
      'writes need nobody',
      async () => (await setting('store-0', 'min-replicas-to-write')) === '0',
    )
    await instances.set('store-0', 'alone', 'yes')
    await cordon(false)
    await eventually(
      'writes need a replica again',
      async () => (await setting('store-0', 'min-replicas-to-write')) === '1',
    )
    await world.ready('store')
    await eventually(
      'the replica has it too',
      async () => (await instances.get('store-1', 'alone')) === 'yes',
    )
  })
})
