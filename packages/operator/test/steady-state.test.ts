/** At rest the operator looks and touches nothing, neither in Kubernetes nor in Redis. */
import { redisResource } from '@orlop/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Life, startLife, userAgent } from '../testing/life.ts'
import { createWorld, eventually, type World } from '../testing/world.ts'

const written: string[] = []
let world: World
let life: Life

beforeAll(async () => {
  world = await createWorld({
    hooks: {
      onWrite: (_, { userAgent: by, method, kind, name }) => {
        if (by === userAgent) written.push(`${method} ${kind.kind} ${name}`)
      },
    },
  })
  life = startLife(world.drydock)
  await world.apply('calm', { version: '7.0', memory: '32Mi', instances: 3, failover: { mode: 'none' } })
  await world.ready('calm')
})
afterAll(async () => {
  await life.stop()
  await world.stop()
})

const passes = async (): Promise<number> => {
  const text = await life.metrics.registry.metrics()
  return Number(/^orlop_reconcile_total\{[^}]*result="ok"[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0)
}

/** A change of metadata alone asks for nothing, and makes the operator look. */
async function look(n: number): Promise<void> {
  const before = await passes()
  await world.client.patch(
    redisResource,
    { namespace: 'default', name: 'calm' },
    { type: 'merge', body: { metadata: { annotations: { look: String(n) } } } },
  )
  await eventually('it looked', async () => (await passes()) > before)
}

/** How often each command ran on an instance. */
const commands = (pod: string): Promise<Record<string, number>> =>
  world.connect(pod, async (redis) => {
    const text = String(await redis.command(['INFO', 'commandstats']))
    return Object.fromEntries(
      [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name = '', calls]) => [
        name,
        Number(calls),
      ]),
    )
  })

/** What looking takes, and what replicas and probes send by themselves. */
const harmless: ReadonlySet<string> = new Set([
  'info',
  'role',
  'config|get',
  'auth',
  'hello',
  'client|setname',
  'client|setinfo',
  'ping',
  'replconf',
  'command|docs',
])

test('ten looks after it has settled write nothing, and neither do those after a restart', async () => {
  const pods = ['calm-0', 'calm-1', 'calm-2']
  // The last event of the way here is written behind the passes' back.
  await look(0)
  await eventually('the way here is over', async () => {
    const before = written.length
    await look(-1)
    await look(-2)
    return written.length === before
  })
  const before = await Promise.all(pods.map(commands))
  written.length = 0
  for (let n = 1; n <= 10; n++) await look(n)
  await life.stop()
  life = startLife(world.drydock)
  await eventually('it looked again', async () => (await passes()) > 0)
  await look(11)
  expect(written).toEqual([])
  const after = await Promise.all(pods.map(commands))
  for (const [i, pod] of pods.entries()) {
    const grown = Object.entries(after[i] ?? {}).flatMap(([name, calls]) =>
      calls > (before[i]?.[name] ?? 0) && !harmless.has(name) ? [name] : [],
    )
    expect(grown, pod).toEqual([])
  }
})
