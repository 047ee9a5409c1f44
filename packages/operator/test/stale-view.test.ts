/** S2 and S3: what an operator does that is shown the past, or not all that happened in between. */
import { randomBytes } from 'node:crypto'
import { parseRedis, redisResource, withDefaults } from '@orlop/api'
import { resources, silentLog, systemClock } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { promote } from '../src/act/promote.ts'
import { Secrets } from '../src/observe/secrets.ts'
import { type Life, startLife, userAgent } from '../testing/crashes.ts'
import { running, says } from '../testing/scene.ts'
import { createWorld, eventually, type World } from '../testing/world.ts'

const spec = { version: '7.0', memory: '32Mi', instances: 3, failover: { mode: 'none' } }
const pods = ['sessions-0', 'sessions-1', 'sessions-2']

let world: World
let life: Life
/** The revision that the operator's lists show; undefined: now. */
let shown: number | undefined
/** Holds the operator's watch events back. */
let present: Promise<void> = Promise.resolve()
let losesInstances: number | undefined

beforeAll(async () => {
  world = await createWorld({
    hooks: {
      readAt: (request) => (request.userAgent === userAgent && request.verb === 'list' ? shown : undefined),
      onEvent: async ({ object, request }) => {
        if (request.userAgent !== userAgent) return 'send'
        await present
        const lost = losesInstances !== undefined && wantedOf(object.spec) === losesInstances
        return lost ? 'drop' : 'send'
      },
    },
  })
  life = startLife(world.drydock)
  await world.apply('sessions', spec)
  await world.ready('sessions')
})
afterAll(async () => {
  await life.stop()
  await world.stop()
})

function wantedOf(spec: unknown): unknown {
  return typeof spec === 'object' && spec !== null && 'instances' in spec ? spec.instances : undefined
}

const revision = async (): Promise<number> =>
  Number((await world.client.list(redisResource, { namespace: 'default' })).metadata.resourceVersion)
const roles = (): Promise<string[]> =>
  Promise.all(pods.map((pod) => world.connect(pod, async (redis) => (await redis.role()).role)))
const uids = async (): Promise<string[]> => {
  const at = { namespace: 'default' }
  const lists = await Promise.all([
    world.client.list(resources.pods, at),
    world.client.list(resources.secrets, at),
    world.client.list(resources.persistentVolumeClaims, at),
  ])
  return lists
    .flatMap((list) => list.items.map((item) => `${item.metadata.name} ${item.metadata.uid}`))
    .sort()
}
const passes = async (): Promise<number> => {
  const text = await life.metrics.registry.metrics()
  return [...text.matchAll(/^orlop_reconcile_total\{.*\} (\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0)
}

test('started on a view from before a failover, it deletes nothing and makes no second primary', async () => {
  const before = await revision()
  await world.connect('sessions-0', async (redis) => {
    await redis.command(['SET', 'kept', 'yes'])
    await redis.command(['WAIT', '2', '2000'])
  })
  await world.kill('sessions-0')
  await eventually(
    'another is the primary',
    async () => (await world.redis('sessions')).status?.primary !== 'sessions-0',
  )
  await world.ready('sessions')
  await life.stop()
  const [was, things] = [await roles(), await uids()]
  expect(was.filter((role) => role === 'primary')).toHaveLength(1)

  const { promise, resolve } = Promise.withResolvers<void>()
  present = promise
  shown = before
  life = startLife(world.drydock)
  await eventually('it has acted on the past a few times', async () => (await passes()) >= 4)
  expect(await roles()).toEqual(was)
  expect(await uids()).toEqual(things)

  shown = undefined
  resolve()
  await world.ready('sessions')
  expect(await roles()).toEqual(was)
  expect(await uids()).toEqual(things)
  for (const pod of pods) {
    expect(await world.connect(pod, (redis) => redis.command(['GET', 'kept']))).toBe('yes')
  }
})

test('in and out again between two looks: nothing happens, or it ends as if nothing had', async () => {
  const things = await uids()
  losesInstances = 1
  await world.apply('sessions', { ...spec, instances: 1 })
  await world.apply('sessions', spec)
  losesInstances = undefined
  await world.ready('sessions')
  expect((await roles()).filter((role) => role === 'primary')).toHaveLength(1)
  // The wish for one instance never arrived.
  expect(await uids()).toEqual(things)

  await world.apply('sessions', { ...spec, instances: 1 })
  await world.apply('sessions', spec)
  await world.ready('sessions')
  for (const pod of pods) {
    expect(await world.connect(pod, (redis) => redis.command(['GET', 'kept']))).toBe('yes')
  }
})

test('an instance that restarted after it was chosen is not made the primary: it may be empty', async () => {
  await life.stop()
  const { client } = world
  const parsed = parseRedis(await world.redis('sessions'), { unknownFields: 'ignore' })
  const redis = parsed.ok ? withDefaults(parsed.redis) : expect.fail(JSON.stringify(parsed.problems))
  const chosen = 'sessions-2'
  const map = { namespace: 'default', name: 'sessions-config' }
  await client.patch(resources.configMaps, map, { type: 'merge', body: { data: { primary: chosen } } })
  const promoteAsSeen = (runId: string): Promise<void> =>
    promote(
      { do: 'promote', instance: chosen, reason: 'Promoted', message: '' },
      {
        client,
        secrets: new Secrets(client, systemClock),
        clock: systemClock,
        log: silentLog,
        randomBytes,
        signal: AbortSignal.timeout(20_000),
        redis,
        namespace: 'default',
        seen: running(redis, { [chosen]: says({ runId }) }, { record: chosen }),
        password: undefined,
        connect: world.connect,
      },
    )
  await promoteAsSeen('of the process before')
  expect((await roles())[2]).toBe('replica')
  await promoteAsSeen(await world.connect(chosen, async (own) => (await own.info()).server.runId))
  expect((await roles())[2]).toBe('primary')
})
