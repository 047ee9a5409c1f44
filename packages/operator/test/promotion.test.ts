/** A promotion is of the very process that was chosen. */
import { randomBytes } from 'node:crypto'
import { parseRedis, withDefaults } from '@orlop/api'
import { resources, silentLog, systemClock } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { promote } from '../src/act/promote.ts'
import { Secrets } from '../src/observe/secrets.ts'
import { running, says } from '../testing/scene.ts'
import { createWorld, type RunningOperator, type World } from '../testing/world.ts'

const pods = ['sessions-0', 'sessions-1', 'sessions-2']
let world: World
let operator: RunningOperator

beforeAll(async () => {
  world = await createWorld()
  operator = world.startOperator()
  await world.apply('sessions', { version: '7.0', memory: '32Mi', instances: 3, failover: { mode: 'none' } })
  await world.ready('sessions')
})
afterAll(() => world.stop())

const roles = (): Promise<string[]> =>
  Promise.all(pods.map((pod) => world.connect(pod, async (redis) => (await redis.role()).role)))

test('an instance that restarted after it was chosen is not made the primary: it may be empty', async () => {
  await operator.stop()
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
