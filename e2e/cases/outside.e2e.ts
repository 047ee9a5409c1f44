/** Clients outside of the cluster. */
import { resources } from '@orlop/kube'
import { describe, expect } from 'vitest'
import { eventually } from '../kit/eventually.ts'
import { test, testWhere } from '../kit/test.ts'

const spec = { version: '7.0', memory: '32Mi', instances: 2, failover: { mode: 'none' } }

describe('from outside of the cluster', () => {
  test.for(['NodePort', 'LoadBalancer'] as const)(
    'Services of type %s lead to the cache and to its replicas',
    async (type, { ns }) => {
      const cache = await ns.cache('cache', { ...spec, service: { type } })
      await cache.ready()
      const password = await cache.password()
      for (const name of ['cache', 'cache-ro']) {
        await eventually(`${name} answers`, async () =>
          (await ns.pingFromOutside(await ns.get(resources.services, name), password)).includes('PONG'),
        )
      }
      expect((await ns.get(resources.services, 'cache-nodes')).spec?.clusterIP).toBe('None')
    },
  )

  testWhere('closeToOutside')(
    'a cache that was open is closed again by the type ClusterIP',
    async ({ ns }) => {
      const cache = await ns.cache('cache', { ...spec, service: { type: 'NodePort' } })
      await cache.ready()
      const password = await cache.password()
      const open = await ns.get(resources.services, 'cache')
      await eventually('it answers', async () => (await ns.pingFromOutside(open, password)).includes('PONG'))
      await cache.change(spec)
      await eventually('nobody answers there any more', async () => {
        const answer = await ns.pingFromOutside(open, password).catch((error: Error) => error.message)
        return !answer.includes('PONG')
      })
      await cache.ready()
      const writer = await ns.writer(cache)
      await cache.lostNothing(writer)
    },
  )
})
