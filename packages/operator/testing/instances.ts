/** What a test asks of the instances of a cache: roles, keys, uids, events. */
import { redisResource } from '@orlop/api'
import { type Event, resources } from '@orlop/kube'
import { eventually, type World } from './world.ts'

export interface Instances {
  roleOf(pod: string): Promise<string>
  get(pod: string, key: string): Promise<unknown>
  set(pod: string, key: string, value: string): Promise<unknown>
  keys(pod: string): Promise<number>
  primaryOf(cache: string): Promise<string>
  /** The uids of pods, which change when one is replaced. */
  uidsOf(pods: readonly string[]): Promise<string[]>
  restartsOf(pod: string): Promise<number>
  /** Writes `count` keys one by one; resolves when all are acknowledged, with their names. */
  fill(pod: string, prefix: string, count: number): Promise<string[]>
  /** Those of `keys` that the instance does not have. */
  missing(pod: string, keys: readonly string[]): Promise<string[]>
  eventsOf(cache: string): Promise<Event[]>
  /** Makes the operator look now, though nothing that it watches has changed. */
  poke(cache: string, value: string): Promise<void>
  remove(cache: string): Promise<void>
}

export const podsOf = (cache: string, count: number): string[] =>
  Array.from({ length: count }, (_, ordinal) => `${cache}-${ordinal}`)

export function instancesOf(world: World): Instances {
  const command = (pod: string, ...args: string[]): Promise<unknown> =>
    world.connect(pod, (redis) => redis.command(args))
  const at = (name: string) => ({ namespace: 'default', name })
  return {
    roleOf: (pod) => world.connect(pod, async (redis) => (await redis.role()).role),
    get: (pod, key) => command(pod, 'GET', key),
    set: (pod, key, value) => command(pod, 'SET', key, value),
    keys: async (pod) => Number(await command(pod, 'DBSIZE')),
    primaryOf: async (cache) => (await world.redis(cache)).status?.primary ?? '',
    uidsOf: (pods) => Promise.all(pods.map(async (pod) => (await world.pod(pod)).metadata.uid ?? '')),
    restartsOf: async (pod) => (await world.pod(pod)).status?.containerStatuses?.[0]?.restartCount ?? 0,
    fill: (pod, prefix, count) =>
      world.connect(pod, async (redis) => {
        const names = Array.from({ length: count }, (_, i) => `${prefix}:${i}`)
        for (const name of names) await redis.command(['SET', name, name])
        return names
      }),
    missing: async (pod, keys) => {
      const values = await command(pod, 'MGET', ...keys)
      return Array.isArray(values) ? keys.filter((_, i) => values[i] === null) : [...keys]
    },
    eventsOf: async (cache) => {
      const { items } = await world.client.list(resources.events, { namespace: 'default' })
      return items.filter((e) => e.regarding?.kind === 'Redis' && e.regarding.name === cache)
    },
    poke: async (cache, value) => {
      const body = { metadata: { annotations: { look: value } } }
      await world.client.patch(redisResource, at(cache), { type: 'merge', body })
    },
    remove: async (cache) => {
      await world.client.delete(redisResource, at(cache))
      await eventually(`no pod of ${cache} is left`, async () => {
        const labelSelector = `orlop.dev/redis=${cache}`
        const pods = await world.client.list(resources.pods, { namespace: 'default', labelSelector })
        const sets = await world.client.list(resources.statefulSets, { namespace: 'default', labelSelector })
        return pods.items.length + sets.items.length === 0
      })
    },
  }
}
