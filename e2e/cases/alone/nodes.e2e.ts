/** Nodes that are lost, and nodes that are emptied. */
import { resources } from '@orlop/kube'
import { afterEach, describe, expect } from 'vitest'
import { condition } from '../../kit/cache.ts'
import { client, kubectl, target } from '../../kit/cluster.ts'
import { eventually } from '../../kit/eventually.ts'
import { test, testWhere } from '../../kit/test.ts'

const replicated = { version: '7.0', memory: '64Mi', instances: 3, failover: { mode: 'none' } }
/** A node counts as lost after some 50 seconds. */
const lost = { within: 180_000 }

const isReady = async (node: string): Promise<boolean> => {
  const { status } = await client.get(resources.nodes, { name: node })
  return status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true
}
const nodes = async (): Promise<readonly string[]> =>
  (await client.list(resources.nodes)).items.map(({ metadata }) => metadata.name)
const nodeOf = async (
  pods: readonly { metadata: { name: string }; spec?: { nodeName?: string } }[],
  pod: string,
): Promise<string> => pods.find(({ metadata }) => metadata.name === pod)?.spec?.nodeName ?? ''

/** Whatever a test left behind. */
afterEach(async () => {
  for (const node of await nodes()) {
    await target.node('mend', node).catch(() => undefined)
    await target.node('on', node).catch(() => undefined)
    await kubectl(['uncordon', node])
    await eventually(`${node} is ready`, () => isReady(node))
  }
})

describe('a node', () => {
  testWhere('cutNode')(
    'that is cut off with a replica: writes go on, and the replica follows again when it is back',
    async ({ ns }) => {
      const cache = await ns.cache('cache', replicated)
      await cache.ready()
      const writer = await ns.writer(cache)
      const [replica = ''] = await cache.replicas()
      const node = await nodeOf(await cache.pods(), replica)
      await target.node('cut', node)
      const cut = await cache.until(
        'it says that the replica is away',
        ({ status }) => status?.readyInstances === 2,
        lost,
      )
      expect(condition(cut, 'Ready').status).toBe('True')
      await writer.writes()
      await eventually(`${node} is lost`, async () => !(await isReady(node)), lost)
      await writer.writes()
      await target.node('mend', node)
      await cache.ready(lost)
      await cache.lostNothing(writer)
    },
  )

  testWhere('cutNode')(
    'that is cut off with the primary: the status says so, and nothing acknowledged is lost when it is back',
    async ({ ns }) => {
      const cache = await ns.cache('cache', replicated)
      await cache.ready()
      const writer = await ns.writer(cache)
      const primary = await cache.primary()
      const node = await nodeOf(await cache.pods(), primary)
      await target.node('cut', node)
      // Nobody fails over from a silent primary yet: failover.mode none waits for it.
      const cut = await cache.until(
        'it is not Ready',
        (seen) => condition(seen, 'Ready').status === 'False',
        lost,
      )
      expect(condition(cut, 'Ready').reason).toBe('PrimaryUnreachable')
      await eventually(`${node} is lost`, async () => !(await isReady(node)), lost)
      expect((await cache.get()).status?.primary).toBe(primary)
      await target.node('mend', node)
      await cache.ready(lost)
      await writer.writes(lost)
      await cache.lostNothing(writer)
    },
  )

  testWhere('switchOffNode')(
    'that is switched off with a store on it: its data is there when it is on again',
    async ({ ns }) => {
      const spec = {
        version: '8.0',
        memory: '48Mi',
        profile: 'store',
        instances: 2,
        failover: { mode: 'none' },
        persistence: { fsync: 'always', storage: { size: '128Mi' } },
      }
      const cache = await ns.cache('store', spec)
      await cache.ready()
      const writer = await ns.writer(cache)
      const node = await nodeOf(await cache.pods(), await cache.primary())
      await target.node('off', node)
      await cache.until('it is not Ready', (seen) => condition(seen, 'Ready').status === 'False', lost)
      await target.node('on', node)
      await eventually(`${node} is ready`, () => isReady(node), lost)
      await cache.ready(lost)
      await writer.writes(lost)
      await cache.lostNothing(writer)
    },
  )
})

describe('a drain', () => {
  test('of each node in turn: never more than one instance is away, and nothing is lost', async ({ ns }) => {
    // Two instances on three nodes: an evicted one finds room.
    const cache = await ns.cache('cache', { ...replicated, instances: 2 })
    await cache.ready()
    const writer = await ns.writer(cache)
    for (const node of await nodes()) {
      await kubectl(
        ['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=120s'],
        { within: 130_000 },
      )
      expect((await cache.pods()).filter(({ spec }) => spec?.nodeName === node)).toEqual([])
      await cache.ready()
      await writer.writes()
      await kubectl(['uncordon', node])
    }
    await cache.lostNothing(writer)
  })
})
