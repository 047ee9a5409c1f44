/** The operator itself is lost. */
import { resources } from '@orlop/kube'
import { describe, expect } from 'vitest'
import { client, kubectl } from '../../kit/cluster.ts'
import { eventually } from '../../kit/eventually.ts'
import { testWhere } from '../../kit/test.ts'

/** Where the operator is. */
const system = { namespace: 'orlop-system' }
const replicated = { version: '7.0', memory: '64Mi', instances: 3, failover: { mode: 'none' } }
/** Who holds the lease, and when it was last renewed. A pod may have the name of one before it. */
async function leader(): Promise<{ pod: string; uid: string; renewed: number }> {
  const { spec } = await client.get(resources.leases, { ...system, name: 'orlop-operator' })
  const pod = spec?.holderIdentity ?? ''
  const { metadata } = await client.get(resources.pods, { ...system, name: pod })
  return { pod, uid: metadata.uid ?? '', renewed: Date.parse(spec?.renewTime ?? '') }
}
const operators = async (): Promise<number> =>
  (await client.list(resources.pods, { ...system, labelSelector: 'app.kubernetes.io/name=orlop-operator' }))
    .items.length
const scale = (replicas: number): Promise<string> =>
  kubectl(['-n', system.namespace, 'scale', 'deployment/orlop-operator', `--replicas=${replicas}`])

describe('the operator', () => {
  testWhere('operatorImage')('whose leader is killed goes on by its other replica', async ({ ns }) => {
    const cache = await ns.cache('cache', replicated)
    await cache.ready()
    const writer = await ns.writer(cache)
    const before = await leader()
    await client.delete(resources.pods, { ...system, name: before.pod }, { gracePeriodSeconds: 0 })
    await cache.change({ ...replicated, instances: 2 })
    await eventually(
      'another pod leads',
      async () => {
        const now = await leader()
        return now.uid !== before.uid && now.renewed > before.renewed
      },
      { seen: leader },
    )
    await cache.ready()
    await writer.writes()
    await cache.lostNothing(writer)
    const rollout = ['rollout', 'status', 'deployment/orlop-operator', '--timeout=120s']
    await kubectl(['-n', system.namespace, ...rollout], { within: 130_000 })
  })

  testWhere('operatorImage')(
    'away for a minute, both replicas of it, while a pod dies: Redis serves, Kubernetes replaces the pod, and it follows',
    async ({ ns }) => {
      const cache = await ns.cache('cache', replicated)
      await cache.ready()
      const writer = await ns.writer(cache)
      await scale(0)
      try {
        await eventually('none is left', async () => (await operators()) === 0)
        const since = performance.now()
        const [replica = ''] = await cache.replicas()
        const { uid } = (await ns.pod(replica)).metadata
        await ns.deletePod(replica, 'by force')
        await ns.replaced(replica, uid)
        expect(await cache.roleOf(replica)).toBe('slave')
        await eventually('a minute has gone by with the writer writing', async () => {
          expect(writer.report().silentFor).toBeLessThan(10_000)
          return performance.now() - since > 60_000
        })
      } finally {
        await scale(2)
      }
      await cache.ready()
      await writer.writes()
      await cache.lostNothing(writer)
    },
  )

  testWhere('operatorImage')(
    'away while the primary in memory dies: its empty successor waits, and a replica takes over when it is back',
    async ({ ns }) => {
      const cache = await ns.cache('cache', replicated)
      await cache.ready()
      const writer = await ns.writer(cache)
      const primary = await cache.primary()
      const { uid } = (await ns.pod(primary)).metadata
      await scale(0)
      try {
        await eventually('none is left', async () => (await operators()) === 0)
        await ns.deletePod(primary, 'by force')
        await eventually('its pod is another, and does not serve emptiness', async () => {
          const pod = await ns.pod(primary)
          return pod.metadata.uid !== uid && (await cache.roleOf(primary)) === 'slave'
        })
      } finally {
        await scale(2)
      }
      await cache.until('another is the primary', ({ status }) => status?.primary !== primary)
      await cache.ready()
      await writer.writes()
      await cache.lostOneAtMost(writer)
    },
  )
})
