/** A replica that follows by the SYNC of old never reports how far it is: WAIT does not count it, and no restart may rely on it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, eventually, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.apply('kv', { version: '7.0', memory: '32Mi', instances: 2, failover: { mode: 'none' } })
  world.startOperator()
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

test('it is connected anew, and reports', async () => {
  // As when its PSYNC meets a server that is no primary yet: refused, and the SYNC after it is not.
  await ask('kv-0', 'ACL', 'SETUSER', 'default', '-psync')
  await ask('kv-1', 'CLIENT', 'KILL', 'TYPE', 'master')
  await eventually('it follows by SYNC', async () =>
    /slave0:[^\n]*state=online[^\n]*lag=([2-9]|\d\d)/.test(await ask('kv-0', 'INFO', 'replication')),
  )
  await ask('kv-0', 'ACL', 'SETUSER', 'default', '+psync')
  expect(await heardBy('kv-0')).toBe(0)
  await eventually(
    'it reports again',
    async () => (await heardBy('kv-0')) === 1,
    async () => (await ask('kv-0', 'INFO', 'replication')) + JSON.stringify((await world.redis('kv')).status),
    90_000,
  )
  expect(await ask('kv-1', 'GET', 'k')).toBe('v')
  await world.ready('kv')
}, 150_000)
