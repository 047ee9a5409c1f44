/** Every shape of a Redis, on every server of the catalogue that there is an image of. */
import { resources } from '@orlop/kube'
import { describe, expect } from 'vitest'
import { eventually } from '../kit/eventually.ts'
import { test } from '../kit/test.ts'
import { valkey91 } from '../targets/images.ts'

interface Shape {
  readonly what: string
  readonly spec: Record<string, unknown>
  readonly instances: number
  readonly version: RegExp
}

const none = { mode: 'none' }
const shapes: readonly Shape[] = [
  {
    what: 'a single Redis 6.2, the smallest resource',
    spec: { version: '6.2', memory: '32Mi' },
    instances: 1,
    version: /^6\.2\./,
  },
  {
    what: 'a single Redis 7.0 with snapshots',
    spec: { version: '7.0', memory: '32Mi', persistence: { mode: 'rdb', storage: { size: '128Mi' } } },
    instances: 1,
    version: /^7\.0\./,
  },
  {
    what: 'Redis 7.4 with two replicas',
    spec: { version: '7.4', memory: '32Mi', instances: 3, failover: none },
    instances: 3,
    version: /^7\.4\./,
  },
  {
    what: 'a store on Redis 8.0: an append-only file on volumes, a replica',
    spec: {
      version: '8.0',
      memory: '32Mi',
      instances: 2,
      failover: none,
      profile: 'store',
      persistence: { storage: { size: '128Mi' } },
    },
    instances: 2,
    version: /^8\.0\./,
  },
  {
    what: 'Valkey 8.1 with a replica',
    spec: { engine: 'valkey', version: '8.1', memory: '32Mi', instances: 2, failover: none },
    instances: 2,
    version: /^8\.1\./,
  },
  {
    what: "Valkey 9.1 by an image of one's own, without a password",
    spec: {
      engine: 'valkey',
      version: '9.1',
      image: valkey91,
      memory: '32Mi',
      auth: { disabled: true },
    },
    instances: 1,
    version: /^9\.1\./,
  },
]

describe('created', () => {
  for (const { what, spec, instances, version } of shapes) {
    test(what, async ({ ns }) => {
      const cache = await ns.cache('shape', spec)
      const { status } = await cache.ready()
      expect(status?.phase).toBe('Healthy')
      expect(status?.instances).toHaveLength(instances)
      for (const instance of status?.instances ?? []) {
        expect(instance.version).toMatch(version)
        expect(await cache.roleOf(instance.pod)).toBe(instance.role === 'primary' ? 'master' : 'slave')
      }
      const writer = await ns.writer(cache)
      await writer.writes()
      await cache.lostNothing(writer)

      const nodes = new Set((await cache.pods()).map((pod) => pod.spec?.nodeName))
      expect(nodes.size, 'instances stand on nodes of their own').toBe(instances)
      const readers = async () => {
        const reads = await ns.list(resources.endpointSlices, 'kubernetes.io/service-name=shape-ro')
        return reads.flatMap(({ endpoints }) => (endpoints ?? []).map((e) => e.targetRef?.name)).sort()
      }
      const wanted = instances === 1 ? ['shape-0'] : [...(await cache.replicas())].sort()
      await eventually('reads go to the replicas', async () => String(await readers()) === String(wanted), {
        seen: async () => String(await readers()),
      })
      const claims = await ns.list(resources.persistentVolumeClaims)
      expect(claims).toHaveLength('persistence' in spec ? instances : 0)
      for (const claim of claims) expect(claim.status?.phase).toBe('Bound')
    })
  }

  test('deleted again, nothing but the volume and the password of a store is left', async ({ ns }) => {
    const cache = await ns.cache('gone', {
      version: '7.0',
      memory: '32Mi',
      profile: 'store',
      persistence: { storage: { size: '128Mi' } },
    })
    await cache.ready()
    await cache.remove()
    const names = async (
      resource:
        | 'services'
        | 'secrets'
        | 'configMaps'
        | 'statefulSets'
        | 'podDisruptionBudgets'
        | 'persistentVolumeClaims',
    ) =>
      (await ns.list(resources[resource]))
        .map(({ metadata }) => metadata.name)
        .filter((name) => name !== 'kube-root-ca.crt')
    await eventually(
      'all else is gone',
      async () => {
        const all = [
          await names('services'),
          await names('secrets'),
          await names('configMaps'),
          await names('statefulSets'),
          await names('podDisruptionBudgets'),
        ]
        return String(all.flat()) === 'gone-auth'
      },
      { seen: async () => [await names('services'), await names('secrets'), await names('configMaps')] },
    )
    expect(await names('persistentVolumeClaims')).toEqual(['data-gone-0'])
  })
})
