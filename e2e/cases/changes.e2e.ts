/** A cache that is changed while a client writes. */
import { describe, expect } from 'vitest'
import { eventually } from '../kit/eventually.ts'
import { test } from '../kit/test.ts'

const spec = { version: '7.0', memory: '64Mi', instances: 3, failover: { mode: 'none' } }

describe('the number of instances', () => {
  test('grows and shrinks by kubectl scale; the primary among those that go hands over first', async ({
    ns,
  }) => {
    const cache = await ns.cache('cache', { ...spec, instances: 1 })
    await cache.ready()
    const writer = await ns.writer(cache)
    await ns.kubectl('scale', 'redis/cache', '--replicas=3')
    await cache.ready()
    // A roll leaves the primary on another one than the first.
    await cache.change({ ...spec, config: { databases: '20' } })
    await cache.until('another is the primary', ({ status }) => status?.primary !== 'cache-0')
    await cache.ready()
    await writer.writes()
    await ns.kubectl('scale', 'redis/cache', '--replicas=1')
    await cache.ready()
    expect((await cache.pods()).map(({ metadata }) => metadata.name)).toEqual(['cache-0'])
    await writer.writes()
    await cache.lostNothing(writer)
  })
})

describe('the configuration', () => {
  test('is changed live where that can be, and nothing restarts', async ({ ns }) => {
    const cache = await ns.cache('cache', spec)
    await cache.ready()
    const writer = await ns.writer(cache)
    const uids = async () => (await cache.pods()).map(({ metadata }) => metadata.uid).sort()
    const before = await uids()
    await cache.change({ ...spec, config: { 'slowlog-max-len': '300' } })
    for (const { metadata } of await cache.pods()) {
      await eventually(
        `${metadata.name} has it`,
        async () => (await cache.setting(metadata.name, 'slowlog-max-len')) === '300',
      )
    }
    await cache.ready()
    expect(await uids()).toEqual(before)
    await cache.lostNothing(writer)
  })

  test('takes a restart of one after the other where it must', async ({ ns }) => {
    const cache = await ns.cache('cache', spec)
    await cache.ready()
    const writer = await ns.writer(cache)
    await cache.change({ ...spec, config: { databases: '20' } })
    await cache.until(
      'it is under way or done',
      ({ metadata, status }) => status?.observedGeneration === metadata.generation,
    )
    for (const pod of ['cache-0', 'cache-1', 'cache-2']) {
      await eventually(`${pod} has it`, async () => (await cache.setting(pod, 'databases')) === '20')
    }
    await cache.ready()
    await writer.writes()
    await cache.lostNothing(writer)
    await eventually(
      'events tell of both',
      async () => {
        const reasons = await ns.reasons()
        return reasons.includes('ConfigChanged') && reasons.includes('SwitchedOver')
      },
      { seen: async () => String(await ns.reasons()) },
    )
  })

  test('that no server would take is refused, and what runs goes on', async ({ ns }) => {
    const cache = await ns.cache('cache', { ...spec, instances: 1 })
    await cache.ready()
    const writer = await ns.writer(cache)
    await expect(cache.change({ ...spec, instances: 1, config: { maxmemry: '1' } })).rejects.toThrow(
      /maxmemry/,
    )
    await cache.change({ ...spec, instances: 1, config: { hz: 'many' } })
    const refused = await cache.until(
      'it is refused',
      ({ status }) => status?.phase?.startsWith('Refused') === true,
    )
    expect(refused.status?.phase).toMatch(/hz/)
    await writer.writes()
    await cache.change({ ...spec, instances: 1 })
    await cache.ready()
    await cache.lostNothing(writer)
  })
})

describe('the version', () => {
  const versions = async (cache: {
    get(): Promise<{
      status?: { instances?: readonly { version?: string | undefined }[] | undefined } | undefined
    }>
  }) => ((await cache.get()).status?.instances ?? []).map(({ version }) => version?.slice(0, 3))

  test('of a cache in memory goes from 7.0 to 8.0; the way back is refused by the engine, and writes go on until it is given up', async ({
    ns,
  }) => {
    const cache = await ns.cache('cache', spec)
    await cache.ready()
    const writer = await ns.writer(cache)
    await cache.change({ ...spec, version: '8.0' })
    await eventually('all are 8.0', async () => String(await versions(cache)) === '8.0,8.0,8.0', {
      seen: () => cache.get(),
    })
    await cache.ready()
    await writer.writes()

    // A replica of 7.0 cannot read what a primary of 8.0 sends it.
    const primary = await cache.primary()
    await cache.change(spec)
    await cache.until(
      'a replica of 7.0 does not get in sync',
      ({ status }) =>
        status?.instances?.some(
          ({ version, state }) => version?.startsWith('7.0') === true && state !== 'in sync',
        ) === true,
    )
    await writer.writes()
    expect(await cache.primary()).toBe(primary)
    expect(await cache.ask(primary, 'INFO', 'server')).toMatch(/redis_version:8\.0/)
    await cache.change({ ...spec, version: '8.0' })
    await cache.ready()
    await eventually('all are 8.0 again', async () => String(await versions(cache)) === '8.0,8.0,8.0', {
      seen: () => cache.get(),
    })
    await writer.writes()
    await cache.lostNothing(writer)
  })

  test('of a store goes from 7.0 to 8.0; the way back stops at the first replica, and going forward heals', async ({
    ns,
  }) => {
    const store = { ...spec, instances: 2, profile: 'store', persistence: { storage: { size: '256Mi' } } }
    const cache = await ns.cache('store', store)
    await cache.ready()
    const writer = await ns.writer(cache)
    await cache.change({ ...store, version: '8.0' })
    await eventually('both are 8.0', async () => String(await versions(cache)) === '8.0,8.0', {
      seen: () => cache.get(),
    })
    await cache.ready()
    await writer.writes()
    const primary = await cache.primary()
    const [replica = ''] = await cache.replicas()
    await cache.change(store)
    await eventually(
      'the replica of 7.0 cannot start with the files of 8.0',
      async () => {
        const [container] = (await ns.pod(replica)).status?.containerStatuses ?? []
        return (container?.restartCount ?? 0) > 0 || container?.state?.waiting?.reason === 'CrashLoopBackOff'
      },
      { seen: () => ns.pod(replica) },
    )
    await writer.writes()
    expect(await cache.ask(primary, 'INFO', 'server')).toMatch(/redis_version:8\.0/)
    await cache.change({ ...store, version: '8.0' })
    await cache.ready({ within: 180_000 })
    await writer.writes()
    await cache.lostNothing(writer)
  })
})
