/** A replica that follows by the SYNC of old is a byte behind for ever: WAIT does not count it, and no restart may rely on it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, eventually, type RunningOperator, type World } from '../testing/world.ts'

let world: World
let operator: RunningOperator
beforeAll(async () => {
  world = await createWorld()
  await world.apply('kv', { version: '7.0', memory: '32Mi', instances: 2, failover: { mode: 'none' } })
  operator = world.startOperator()
  await world.ready('kv')
})
afterAll(() => world.stop())

/** How many replicas say within half a second that they have the write. */
const heardBy = (pod: string): Promise<number> =>
  world.connect(pod, async (redis) => {
    await redis.command(['SET', 'k', 'v'])
    return Number(await redis.command(['WAIT', '1', '500']))
  })
const ask = (pod: string, ...command: string[]): Promise<string> =>
  world.connect(pod, async (redis) => String(await redis.command(command)))

test('it is connected anew, and WAIT counts it', async () => {
  await operator.stop()
  // As when its PSYNC meets a server that is no primary yet: refused, and the SYNC after it is not.
  await ask('kv-0', 'ACL', 'SETUSER', 'default', '-psync')
  await world.kill('kv-1')
  // Until the primary has noticed, it shows the link of the one that was killed.
  await eventually('it is there again', async () =>
    (await ask('kv-1', 'INFO', 'replication')).includes('master_link_status:up'),
  )
  await eventually('it follows by SYNC', async () =>
    /slave0:[^\n]*state=online/.test(await ask('kv-0', 'INFO', 'replication')),
  )
  expect(await heardBy('kv-0')).toBe(0)
  await ask('kv-0', 'ACL', 'SETUSER', 'default', '+psync')
  world.startOperator()
  await eventually(
    'WAIT counts it',
    async () => (await heardBy('kv-0')) === 1,
    () => ask('kv-1', 'INFO', 'replication'),
  )
  expect(await ask('kv-1', 'GET', 'k')).toBe('v')
  await world.ready('kv')
})
