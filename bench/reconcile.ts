/**
 * What one look at an unchanged cache of three instances costs: processor time and writes. The drydock with the real
 * servers runs in this process, the reconciler in a child, so that its processor time is its own.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createClient, loadConnection, Manager, silentLog, systemClock } from '../packages/kube/src/index.ts'
import { createMetrics } from '../packages/operator/src/metrics.ts'
import { type Nodes, realNodes } from '../packages/operator/src/observe/node.ts'
import { Secrets } from '../packages/operator/src/observe/secrets.ts'
import { reconcileRedis } from '../packages/operator/src/redis/reconcile.ts'
import { sourcesOf, watchWorld } from '../packages/operator/src/redis/world.ts'
import { createWorld } from '../packages/operator/testing/world.ts'
import { withConnection } from '../packages/redis/src/index.ts'
import { countingWrites } from './counted-writes.ts'
import { print } from './figure.ts'

const passes = 300
const [, , kubeconfig] = process.argv
if (kubeconfig === undefined) await serve()
else await measure(kubeconfig)

async function serve(): Promise<void> {
  const world = await createWorld()
  const operator = world.startOperator()
  await world.apply('sessions', {
    version: '7.0',
    memory: '32Mi',
    instances: 3,
    failover: { mode: 'none' },
  })
  await world.ready('sessions')
  await operator.stop()
  const child = fork(import.meta.filename, [world.drydock.kubeconfig])
  const [code] = await once(child, 'exit')
  await world.stop()
  process.exitCode = Number(code)
}

async function measure(path: string): Promise<void> {
  const connection = await loadConnection({ kubeconfig: path, env: {} })
  const { client, writes } = countingWrites(createClient(connection))
  const around = { log: silentLog, clock: systemClock, random: Math.random }
  const ended = new AbortController()
  const manager = new Manager({ client, ...around })
  const world = watchWorld(manager, [])
  const tools = {
    client,
    ...around,
    secrets: new Secrets(client, systemClock),
    randomBytes: (size: number) => Buffer.alloc(size),
    world,
    events: { record: () => undefined },
    metrics: createMetrics(),
    connect: withConnection,
  }
  // Only to fill the caches: this controller has nothing to do.
  manager.controller({ name: 'caches', reconcile: async () => undefined, sources: sourcesOf(world) })
  const running = manager.run(ended.signal)
  while (!manager.hasSynced() || !world.redis.store.get('default/sessions')) {
    await systemClock.sleep(20)
  }
  for (const [what, nodes] of [
    ['asking the servers', realNodes],
    ['answers played back', playedBack()],
  ] as const) {
    const reconcile = reconcileRedis({ ...tools, nodes })
    const before = writes()
    const cost: number[] = []
    for (let pass = -50; pass < passes; pass++) {
      const start = process.cpuUsage()
      await reconcile({ namespace: 'default', name: 'sessions' }, ended.signal)
      const { user, system } = process.cpuUsage(start)
      if (pass >= 0) cost.push((user + system) / 1000)
    }
    print(`reconcile of an unchanged cache, ${what}`, 'CPU ms', cost)
    print(`reconcile of an unchanged cache, ${what}: writes in ${passes + 50} passes`, 'writes', [
      writes() - before,
    ])
  }
  ended.abort()
  await running
  await client.close()
}

/** Each instance is asked once. */
function playedBack(): Nodes {
  const known = new Map<string, ReturnType<Nodes['view']>>()
  return {
    view(target, directives, signal) {
      const answer = known.get(target.host) ?? realNodes.view(target, directives, signal)
      known.set(target.host, answer)
      return answer
    },
  }
}
