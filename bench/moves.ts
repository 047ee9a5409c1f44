/**
 * What a client that writes through the Service notices when the primary moves: planned (a change that takes a restart),
 * and when it is killed, of a cache that keeps its data in memory only.
 */
import { resources } from '../packages/kube/src/index.ts'
import { instancesOf } from '../packages/operator/testing/instances.ts'
import { createWorld, eventually, type World } from '../packages/operator/testing/world.ts'
import { withConnection } from '../packages/redis/src/index.ts'
import { print } from './figure.ts'

const runs = 5
const spec = { version: '7.0', memory: '64Mi', instances: 3, failover: { mode: 'none' } }
const world = await createWorld()
const instances = instancesOf(world)
try {
  world.startOperator()
  await world.apply('sessions', spec)
  await world.ready('sessions')
  await planned()
  await killed()
} finally {
  await world.stop()
}

async function planned(): Promise<void> {
  const gaps: number[] = []
  const lost: number[] = []
  for (let run = 0; run < runs; run++) {
    const primary = await instances.primaryOf('sessions')
    const writer = await startWriter(world, `planned-${run}`)
    await world.apply('sessions', { ...spec, config: { databases: String(20 + run) } })
    await eventually(
      'the primary moved',
      async () => (await instances.primaryOf('sessions')) !== primary,
      undefined,
      60_000,
    )
    await world.ready('sessions')
    const { acknowledged, times } = await writer.stop()
    gaps.push(Math.max(...times.map((time, i) => time - (times[i - 1] ?? time))))
    lost.push((await instances.missing(await instances.primaryOf('sessions'), acknowledged)).length)
  }
  print('planned switchover: longest gap between two acknowledged writes', 'ms', gaps)
  print('planned switchover: acknowledged writes lost', 'writes', lost)
}

async function killed(): Promise<void> {
  const outages: number[] = []
  for (let run = 0; run < runs; run++) {
    const writer = await startWriter(world, `killed-${run}`)
    const primary = await instances.primaryOf('sessions')
    const uids = await instances.uidsOf([primary])
    const at = performance.now()
    for (const uid of uids) for (const node of world.drydock.nodes) node.kill(uid)
    await eventually(
      'another is the primary',
      async () => (await instances.primaryOf('sessions')) !== primary,
    )
    await eventually('writes are taken', async () => (writer.last() ?? 0) > at + 5 && writer.reconnected())
    const { times } = await writer.stop()
    // A write on its way while the process was killed may still be acknowledged.
    const first = times.find((time, i) => time > at && time - (times[i - 1] ?? time) > 20)
    outages.push((first ?? Number.NaN) - at)
    await eventually('the killed one is back', async () => (await instances.roleOf(primary)) === 'replica')
    await world.ready('sessions')
  }
  print('kill -9 of a primary in memory: until a write is accepted through the Service', 'ms', outages)
}

interface Writer {
  /** When the last write was acknowledged. */
  last(): number | undefined
  /** Whether it had to connect anew and has written since. */
  reconnected(): boolean
  stop(): Promise<{ acknowledged: string[]; times: number[] }>
}

/** One write at a time through the Service, connecting anew at once after an error. */
async function startWriter(where: World, prefix: string): Promise<Writer> {
  const at = (name: string) => ({ namespace: 'default', name })
  const service = await where.client.get(resources.services, at('sessions'))
  const secret = await where.client.get(resources.secrets, at('sessions-auth'))
  const password = Buffer.from(secret.data?.password ?? '', 'base64').toString()
  const target = { host: service.spec?.clusterIP ?? '', port: 6379, password }
  const acknowledged: string[] = []
  const times: number[] = []
  let connections = 0
  let written = 0
  let running = true
  const write = async (): Promise<void> => {
    for (let n = 0; running; ) {
      try {
        await withConnection(target, { connectTimeout: 250 }, async (redis) => {
          connections++
          while (running) {
            const key = `${prefix}:${++n}`
            await redis.command(['SET', key, String(n)], { timeout: 7000 })
            acknowledged.push(key)
            times.push(performance.now())
            written = connections
          }
        })
      } catch {
        // Not acknowledged, so not counted; a moment's rest leaves the processor to those who repair.
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
  }
  const done = write()
  await eventually('the writer writes', async () => times.length > 10)
  return {
    last: () => times.at(-1),
    reconnected: () => written > 1,
    async stop() {
      running = false
      await done
      return { acknowledged, times }
    },
  }
}
