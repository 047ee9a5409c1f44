/** Clients outside of the cluster. */
import { resources } from '@orlop/kube'
import { describe, expect } from 'vitest'
import { eventually } from '../kit/eventually.ts'
import { test } from '../kit/test.ts'

describe('from outside of the cluster', () => {
  test.for(['NodePort', 'LoadBalancer'] as const)(
    'a Service of type %s leads to the cache, and back to ClusterIP nowhere',
    async (type, { ns }) => {
      const spec = { version: '7.0', memory: '32Mi', instances: 2, failover: { mode: 'none' } }
      const cache = await ns.cache('cache', { ...spec, service: { type } })
      await cache.ready()
      const password = await cache.password()
      for (const name of ['cache', 'cache-ro']) {
        await eventually(`${name} answers`, async () =>
          (await ns.pingFromOutside(await ns.get(resources.services, name), password)).includes('PONG'),
        )
      }
      const open = await ns.get(resources.services, 'cache')
      await cache.change(spec)
      await eventually(
        'it is a ClusterIP',
        async () => (await ns.get(resources.services, 'cache')).spec?.type === 'ClusterIP',
      )
      await eventually('nobody answers there any more', async () => {
        const answer = await ns.pingFromOutside(open, password).catch((error: Error) => error.message)
        return !answer.includes('PONG')
      })
      expect((await cache.ready()).status?.phase).toBe('Healthy')
    },
  )
})
