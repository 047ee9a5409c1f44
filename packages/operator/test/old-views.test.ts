/** A plan from an old view of the servers: what it would do harm with is not done. */
import { randomBytes } from 'node:crypto'
import { parseRedis, withDefaults } from '@orlop/api'
import { KubeError, resources, silentLog, systemClock } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pass } from '../src/act/acting.ts'
import { recordPrimary } from '../src/act/apply.ts'
import { someoneElseHoldsKeys, someoneElseServes } from '../src/act/live-look.ts'
import { promote } from '../src/act/promote.ts'
import { replicate } from '../src/act/replicate.ts'
import { restart } from '../src/act/restart.ts'
import { Secrets } from '../src/observe/secrets.ts'
import { both, dead, pod, running, says, silent } from '../testing/scene.ts'
import { createWorld, eventually, type World } from '../testing/world.ts'

const pods = ['sessions-0', 'sessions-1', 'sessions-2']
let world: World

beforeAll(async () => {
  world = await createWorld()
  const operator = world.startOperator()
  await world.apply('sessions', { version: '7.0', memory: '32Mi', instances: 3, failover: { mode: 'none' } })
  await world.ready('sessions')
  await operator.stop()
})
afterAll(() => world.stop())

const roles = (): Promise<string[]> =>
  Promise.all(pods.map((pod) => world.connect(pod, async (redis) => (await redis.role()).role)))

/** What the executors of a pass work with, which saw the world as said. */
async function pass(record: string, changes: Parameters<typeof running>[1]): Promise<Pass> {
  const parsed = parseRedis(await world.redis('sessions'), { unknownFields: 'ignore' })
  const redis = parsed.ok ? withDefaults(parsed.redis) : expect.fail(JSON.stringify(parsed.problems))
  const { client } = world
  return {
    client,
    secrets: new Secrets(client, systemClock),
    clock: systemClock,
    log: silentLog,
    randomBytes,
    signal: AbortSignal.timeout(60_000),
    redis,
    namespace: 'default',
    seen: running(redis, changes, { record }),
    password: undefined,
    connect: world.connect,
  }
}

const why = { reason: 'Test', message: '' }
const runIdOf = (pod: string): Promise<string> =>
  world.connect(pod, async (redis) => (await redis.info()).server.runId)
const map = { namespace: 'default', name: 'sessions-config' }
const record = async (): Promise<string | undefined> =>
  (await world.client.get(resources.configMaps, map)).data?.['primary']
async function setRecord(primary: string): Promise<void> {
  await world.client.patch(resources.configMaps, map, { type: 'merge', body: { data: { primary } } })
}

test('while another serves, nobody is recorded or promoted', async () => {
  const ended = {
    'sessions-0': both(dead, pod({ ip: '10.0.0.1' })),
    'sessions-1': says({ runId: await runIdOf('sessions-1') }),
  }
  const old = await pass('sessions-0', ended)
  // Its process was said to have ended, and it runs.
  expect(await someoneElseServes('sessions-1', old)).toBe(true)
  const configMap = {
    ...(await world.client.get(resources.configMaps, map)),
    data: { primary: 'sessions-1' },
  }
  await recordPrimary({ do: 'recordPrimary', configMap, instance: 'sessions-1', ...why }, old)
  expect(await record()).toBe('sessions-0')
  await setRecord('sessions-1')
  await promote({ do: 'promote', instance: 'sessions-1', ...why }, old)
  expect(await roles()).toEqual(['primary', 'replica', 'replica'])
  await setRecord('sessions-0')
})

test('two that changed places since they were seen are not made to follow each other', async () => {
  const as = async (name: string) => says({ runId: await runIdOf(name) })
  const changes = {
    'sessions-0': await as('sessions-0'),
    'sessions-1': await as('sessions-1'),
    'sessions-2': await as('sessions-2'),
  }
  const old = await pass('sessions-0', changes)
  await world.connect('sessions-0', (redis) => redis.command(['FAILOVER']))
  await eventually('another serves', async () => (await roles()).indexOf('primary') > 0)
  const serving = pods[(await roles()).indexOf('primary')] ?? ''
  await replicate(
    { do: 'replicate', instance: serving, from: `sessions-0.sessions-nodes.default.svc`, ...why },
    old,
  )
  const { uid = '', resourceVersion = '' } = (await world.pod(serving)).metadata
  await restart({ do: 'restart', instance: serving, uid, resourceVersion, ...why }, old)
  expect((await world.pod(serving)).metadata).toMatchObject({ uid })
  expect((await world.pod(serving)).metadata.deletionTimestamp).toBeUndefined()
  expect((await roles())[pods.indexOf(serving)]).toBe('primary')
  await world.connect(serving, (redis) =>
    redis.command(['FAILOVER', 'TO', `sessions-0.sessions-nodes.default.svc`, '6379']),
  )
  await eventually('the first serves again', async () => (await roles()).indexOf('primary') === 0)
})

test('an instance that restarted after it was chosen is not made the primary: it may be empty', async () => {
  const chosen = 'sessions-2'
  await setRecord(chosen)
  await world.connect('sessions-0', (redis) => redis.command(['REPLICAOF', '127.0.0.1', '1']))
  const promoteAsSeen = async (runId: string): Promise<void> =>
    promote({ do: 'promote', instance: chosen, ...why }, await pass(chosen, { [chosen]: says({ runId }) }))
  await promoteAsSeen('of the process before')
  expect((await roles())[2]).toBe('replica')
  await promoteAsSeen(await runIdOf(chosen))
  expect((await roles())[2]).toBe('primary')
})

test('an instance that has no address yet is not asked, and does not hold up the first primary', async () => {
  const seen = await pass('sessions-1', { 'sessions-2': both(silent, pod({ ip: undefined })) })
  const connect: Pass['connect'] = (instance, use) => {
    if (instance === 'sessions-2') throw new KubeError('NotFound', 'it has no address')
    return world.connect(instance, use)
  }
  expect(await someoneElseHoldsKeys('sessions-1', 0, { ...seen, connect })).toBe(false)
})
