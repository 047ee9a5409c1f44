/** Pods deleted while a client writes. */
import { describe, expect } from 'vitest'
import { eventually } from '../kit/eventually.ts'
import { test } from '../kit/test.ts'

const replicated = { version: '7.0', memory: '64Mi', instances: 3, failover: { mode: 'none' } }
const store = {
  version: '8.0',
  memory: '64Mi',
  instances: 2,
  failover: { mode: 'none' },
  profile: 'store',
  persistence: { fsync: 'always', storage: { size: '256Mi' } },
}

describe('a cache in memory', () => {
  test.for(['gracefully', 'by force'] as const)(
    'a replica deleted %s comes back and follows; writes go on',
    async (how, { ns }) => {
      const cache = await ns.cache('cache', replicated)
      await cache.ready()
      const writer = await ns.writer(cache)
      const [replica = ''] = await cache.replicas()
      const { uid } = (await ns.pod(replica)).metadata
      await ns.deletePod(replica, how)
      await ns.replaced(replica, uid)
      const { status } = await cache.ready()
      expect(status?.lastFailover).toBeUndefined()
      await writer.writes()
      await cache.lostNothing(writer)
      await eventually(`${replica} has everything`, async () => {
        const sizes = [await cache.ask(replica, 'DBSIZE'), await cache.ask(await cache.primary(), 'DBSIZE')]
        return sizes[0] === sizes[1]
      })
    },
  )

  test.for(['gracefully', 'by force'] as const)(
    'the primary deleted %s: a replica takes over',
    async (how, { ns }) => {
      const cache = await ns.cache('cache', replicated)
      await cache.ready()
      const writer = await ns.writer(cache)
      const primary = await cache.primary()
      await ns.deletePod(primary, how)
      const { status } = await cache.until(
        'another is the primary',
        ({ status }) => status?.primary !== primary,
      )
      expect(status?.lastFailover?.from).toBe(primary)
      await writer.writes()
      await cache.ready()
      await writer.writes()
      if (how === 'by force') await cache.lostOneAtMost(writer)
      else await cache.lostNothing(writer)
      expect(await cache.roleOf(primary)).toBe('slave')
    },
  )
})

describe('a store on volumes', () => {
  test.for(['gracefully', 'by force'] as const)(
    'the primary deleted %s returns with its data',
    async (how, { ns }) => {
      const cache = await ns.cache('store', store)
      await cache.ready()
      const writer = await ns.writer(cache)
      const primary = await cache.primary()
      const { uid } = (await ns.pod(primary)).metadata
      await ns.deletePod(primary, how)
      await ns.replaced(primary, uid)
      await cache.ready()
      await writer.writes()
      await cache.lostNothing(writer)
    },
  )
})
