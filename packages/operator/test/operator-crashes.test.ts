/** S1: the operator is stopped dead after each of its writes, and started again: nothing that a user sees is different. */
import { labels, type RedisObject, redisResource } from '@orlop/api'
import { type Pod, resources } from '@orlop/kube'
import { type Connection, withConnection } from '@orlop/redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Keeper, keepRunning } from '../testing/crashes.ts'
import { createWorld, eventually, isSettled, type World } from '../testing/world.ts'

/** A life lasts at least so many writes, so that several crashes fit into one run and each follows some progress. */
const lifetime = 3
/** Enough for every write of the undisturbed run to have been the last of a life. */
const mostRuns = 10
/** What two cores carry. */
const sideBySide = 3
const deadline = 60_000

let world: World
let undisturbed: readonly string[]

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.stop())

test('undisturbed: create, in, out, change, delete', async () => {
  const { writes, deaths } = await playIn('undisturbed')
  undisturbed = writes
  expect(deaths).toEqual([])
  expect(writes.filter((what) => what.includes(' redis ')).length).toBeGreaterThan(5)
}, 120_000)

test('stopped dead after any write, it goes on where it was', async () => {
  const pending = new Set(undisturbed)
  let runs = 0
  const next = async (): Promise<void> => {
    while (pending.size > 0 && runs < mostRuns) {
      let age = lifetime
      await playIn(`run-${++runs}`, (write) => {
        if (++age < lifetime || !pending.delete(write)) return false
        age = 0
        return true
      })
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, next))
  console.info(
    `${undisturbed.length - pending.size} of ${undisturbed.length} writes, ${runs} runs; not met: ${[...pending]}`,
  )
  // How often a status is written, or a label moved, depends on how fast instances start: the first of each sort always comes.
  expect([...pending].filter((write) => write.startsWith('1. '))).toEqual([])
  expect(pending.size).toBeLessThan(undisturbed.length / 10)
}, 240_000)

test('stopped dead while instances start, each time one does', async () => {
  const { deaths } = await playIn('while-starting', undefined, dieAtStarts)
  expect(deaths.length).toBeGreaterThan(5)
}, 120_000)

/** Kills the operator whenever a container has started and does not serve yet. */
async function dieAtStarts(namespace: string, keeper: Keeper, signal: AbortSignal): Promise<void> {
  const seen = new Set<string>()
  for await (const { type, object } of world.client.watch(resources.pods, { namespace, signal })) {
    const container = object.status?.containerStatuses?.[0]
    const start = `${object.metadata.uid} ${container?.restartCount}`
    if (type === 'DELETED' || container?.state?.running === undefined || container.ready || seen.has(start))
      continue
    seen.add(start)
    keeper.kill()
  }
}

async function playIn(
  namespace: string,
  dies?: (write: string) => boolean,
  meanwhile?: (namespace: string, keeper: Keeper, signal: AbortSignal) => Promise<void>,
): Promise<Pick<Keeper, 'writes' | 'deaths'>> {
  await world.client.create(resources.namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  })
  const keeper = keepRunning(world.drydock, { namespace, ...(dies ? { dies } : {}) })
  const over = new AbortController()
  const other = meanwhile?.(namespace, keeper, over.signal).catch((error: unknown) => {
    if (!over.signal.aborted) throw error
  })
  try {
    await play(namespace)
  } finally {
    over.abort()
    await other
    await keeper.stop()
  }
  return keeper
}

/** What the user does, and what must be true after each step. */
async function play(namespace: string): Promise<void> {
  const base = { version: '7.0', memory: '32Mi', failover: { mode: 'none' } }
  const changed = { ...base, config: { hz: '25', databases: '20' } }
  const cache = cacheIn(namespace)
  await cache.apply({ ...base, instances: 3 })
  await cache.serves(3, 'created')
  await cache.apply({ ...base, instances: 1 })
  await cache.serves(1, 'scaled in')
  await cache.apply({ ...base, instances: 3 })
  await cache.serves(3, 'scaled out')
  await cache.apply({ ...base, instances: 3, config: { hz: '25' } })
  await cache.serves(3, 'changed live', { hz: '25' })
  await cache.apply({ ...changed, instances: 3 })
  await cache.serves(3, 'restarted', { hz: '25', databases: '20' })
  await cache.isGone()
}

interface Cache {
  apply(spec: Record<string, unknown>): Promise<void>
  /** Settled with so many instances, one primary, all data that was ever written; then writes `key`. */
  serves(instances: number, key: string, config?: Readonly<Record<string, string>>): Promise<void>
  isGone(): Promise<void>
}

function cacheIn(namespace: string): Cache {
  const { client } = world
  const at = { namespace, name: 'kv' }
  const written: string[] = []
  const get = (): Promise<RedisObject> => client.get(redisResource, at)

  async function connect<T>(pod: Pod, use: (redis: Connection) => Promise<T>): Promise<T> {
    const secret = await client.get(resources.secrets, { namespace, name: 'kv-auth' })
    const password = Buffer.from(secret.data?.['password'] ?? '', 'base64').toString()
    return withConnection({ host: pod.status?.podIP ?? '', port: 6379, password }, {}, use)
  }

  async function settled(): Promise<RedisObject> {
    const seen = async (): Promise<string> => JSON.stringify((await get()).status, null, 1)
    const check = async (): Promise<RedisObject | false> => {
      const cache = await get()
      return isSettled(cache) && cache
    }
    return eventually(`${namespace} is Ready`, check, seen, deadline)
  }

  return {
    async apply(spec) {
      const object = { apiVersion: 'orlop.dev/v1alpha1', kind: 'Redis', metadata: at, spec }
      await client.apply(redisResource, object, { fieldManager: 'test', force: true })
    },
    async serves(instances, key, config = {}) {
      const primary = (await settled()).status?.primary
      const pods = (await client.list(resources.pods, { namespace })).items
      const names = Array.from({ length: instances }, (_, i) => `kv-${i}`)
      expect(pods.map((pod) => pod.metadata.name).sort()).toEqual(names)
      const map = await client.get(resources.configMaps, { namespace, name: 'kv-config' })
      expect(map.data?.['primary']).toBe(primary)
      for (const pod of pods) {
        const isPrimary = pod.metadata.name === primary
        expect(pod.metadata.labels).toMatchObject({
          [labels.role]: isPrimary ? 'primary' : 'replica',
          [labels.reads]: String(!isPrimary || instances === 1),
        })
        await connect(pod, async (redis) => {
          expect((await redis.role()).role).toBe(isPrimary ? 'primary' : 'replica')
          expect(await redis.configGet('*')).toMatchObject(config)
          for (const old of written) expect(await redis.command(['GET', old])).toBe('kept')
        })
      }
      const serving = pods.find((pod) => pod.metadata.name === primary) ?? expect.fail('no primary')
      await connect(serving, async (redis) => {
        await redis.command(['SET', key, 'kept'])
        await redis.command(['WAIT', String(instances - 1), '2000'])
      })
      written.push(key)
    },
    async isGone() {
      await client.delete(redisResource, at)
      const left = async (): Promise<string[]> => {
        const kinds = [
          resources.pods,
          resources.statefulSets,
          resources.services,
          resources.endpointSlices,
          resources.configMaps,
          resources.secrets,
          resources.podDisruptionBudgets,
          resources.persistentVolumeClaims,
        ]
        const lists = await Promise.all(kinds.map((kind) => client.list(kind, { namespace })))
        return lists.flatMap((list) => list.items.map((item) => `${item.kind} ${item.metadata.name}`))
      }
      await eventually(
        `nothing is left in ${namespace}`,
        async () => (await left()).length === 0,
        async () => String(await left()),
        deadline,
      )
    },
  }
}
