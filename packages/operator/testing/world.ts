/** A whole world for a test: a drydock with real servers as pods, and the operator, in this process. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crds, type RedisObject, redisResource } from '@orlop/api'
import { createDrydock, type Drydock, type DrydockOptions } from '@orlop/drydock'
import { type Client, isNotFound, type Pod, resources, silentLog, systemClock } from '@orlop/kube'
import { type Connection, withConnection } from '@orlop/redis'
import { createMetrics } from '../src/metrics.ts'
import { createOperator } from '../src/operator.ts'

export interface World {
  readonly drydock: Drydock
  readonly client: Client
  /** Starts an operator; several may be started, one after the other. */
  startOperator(client?: Client): RunningOperator
  apply(name: string, spec: Record<string, unknown>): Promise<void>
  redis(name: string): Promise<RedisObject>
  pod(name: string): Promise<Pod>
  /** Waits until the cache is Ready with all its instances and the operator has seen the latest spec. */
  ready(name: string): Promise<RedisObject>
  /** Opens a connection to an instance, with the cache's password. */
  connect<T>(pod: string, use: (redis: Connection) => Promise<T>): Promise<T>
  /** Kills every process of a pod's container as `kill -9` does. */
  kill(pod: string): Promise<void>
  stop(): Promise<void>
}

export interface RunningOperator {
  stop(): Promise<void>
  /** Rejects when the operator broke. */
  readonly ended: Promise<void>
}

export async function createWorld(options: Partial<DrydockOptions> = {}): Promise<World> {
  // Short: sockets lie in it.
  const stateDir = await mkdtemp(join(tmpdir(), 'ow-'))
  const drydock = await createDrydock({ stateDir, ...options })
  const { client } = drydock
  for (const crd of crds()) {
    await client.apply(resources.customResourceDefinitions, crd as never, {
      fieldManager: 'test',
      force: true,
    })
  }
  await eventually('the kind Redis is served', async () => {
    await client.list(redisResource, { namespace: 'default' })
    return true
  })
  const operators: RunningOperator[] = []
  const where = (name: string) => ({ namespace: 'default', name })
  const world: World = {
    drydock,
    client,
    startOperator(own = client) {
      const ended = new AbortController()
      const operator = createOperator({
        client: own,
        clock: systemClock,
        log: silentLog,
        metrics: createMetrics(),
        identity: 'test',
        leaseNamespace: 'orlop-system',
        elect: false,
      })
      const run = operator.run(ended.signal)
      run.catch(() => undefined)
      const running: RunningOperator = {
        ended: run,
        stop: async () => {
          ended.abort()
          await run
        },
      }
      operators.push(running)
      return running
    },
    async apply(name, spec) {
      const object = {
        apiVersion: 'orlop.dev/v1alpha1',
        kind: 'Redis',
        metadata: { name, namespace: 'default' },
        spec,
      }
      await client.apply(redisResource, object, { fieldManager: 'test', force: true })
    },
    redis: (name) => client.get(redisResource, where(name)),
    pod: (name) => client.get(resources.pods, where(name)),
    ready: (name) =>
      eventually(
        `${name} is Ready`,
        async () => {
          const cache = await world.redis(name)
          return isSettled(cache) && cache
        },
        async () => JSON.stringify((await world.redis(name)).status, null, 1),
      ),
    async connect(pod, use) {
      const [{ status }, password] = await Promise.all([
        world.pod(pod),
        passwordOf(client, pod.replace(/-\d+$/, '')),
      ])
      const host = status?.podIP
      if (!host) throw new Error(`${pod} has no address`)
      return withConnection({ host, port: 6379, ...(password === undefined ? {} : { password }) }, {}, use)
    },
    async kill(name) {
      const uid = (await world.pod(name)).metadata.uid ?? ''
      for (const node of drydock.nodes) node.kill(uid)
    },
    async stop() {
      for (const operator of operators) await operator.stop().catch(() => undefined)
      await drydock.stop()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
  return world
}

export function isSettled({ metadata, spec, status }: RedisObject): boolean {
  const wanted = (spec as { instances?: number } | undefined)?.instances ?? 1
  const is = (type: string): string | undefined => status?.conditions?.find((c) => c.type === type)?.status
  return (
    status?.observedGeneration === metadata.generation &&
    is('Ready') === 'True' &&
    is('Progressing') === 'False' &&
    status?.readyInstances === wanted &&
    status?.currentInstances === wanted
  )
}

async function passwordOf(client: Client, name: string): Promise<string | undefined> {
  try {
    const secret = await client.get(resources.secrets, { namespace: 'default', name: `${name}-auth` })
    return Buffer.from(secret.data?.password ?? '', 'base64').toString('utf8')
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** Waits for a condition: `check` may answer false or throw until the deadline; then what was seen is told. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | false | undefined>,
  seen: () => Promise<string> = async () => '',
  deadline = 120_000,
): Promise<T> {
  const until = Date.now() + deadline
  let last: unknown
  for (;;) {
    try {
      const value = await check()
      if (value !== false && value !== undefined) return value
      last = undefined
    } catch (error) {
      last = error
    }
    if (Date.now() > until) {
      const told = await seen().catch(String)
      throw new Error(`within ${deadline} ms it did not happen that ${what}; ${told}`, { cause: last })
    }
    await systemClock.sleep(25)
  }
}
