/**
 * What 500 caches of three instances cost the operator while nothing happens. The API server is drydock's, in this
 * process; everything the operator would have made is there already, and the answers of the 1,500 servers are made up.
 * The operator runs in a child, so that its processor time and memory are its own.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crds, type RedisObject, type ResolvedRedis, redisResource } from '../packages/api/src/index.ts'
import { startApiServer } from '../packages/drydock/src/apiserver/server.ts'
import {
  type Client,
  createClient,
  type Pod,
  type Resource,
  resources,
  silentLog,
  systemClock,
} from '../packages/kube/src/index.ts'
import { buildBudget } from '../packages/operator/src/redis/build/budget.ts'
import { buildConfigMap } from '../packages/operator/src/redis/build/config-map.ts'
import { buildAuthSecret, buildBindingSecret } from '../packages/operator/src/redis/build/secrets.ts'
import { buildServices } from '../packages/operator/src/redis/build/services.ts'
import { buildPodTemplate, buildStatefulSet } from '../packages/operator/src/redis/build/stateful-set.ts'
import { sessions } from '../packages/operator/testing/scene.ts'
import { print } from './figure.ts'
import { addressOf } from './fleet-servers.ts'

const caches = Number(process.argv[2] ?? 500)
const redisKind: Resource<RedisObject> = redisResource
const settle = 30_000
const window = 60_000

const stateDir = await mkdtemp(join(tmpdir(), 'of-'))
const api = await startApiServer({
  stateDir,
  socketPath: join(stateDir, 'api.sock'),
  token: 'fleet',
  log: silentLog,
  clock: systemClock,
})
const client = createClient(api.config)
try {
  for (const crd of crds()) {
    await client.apply(resources.customResourceDefinitions, crd as never, { fieldManager: 'bench' })
  }
  for (let n = 0; n < caches; n++) await make(client, n)
  const operator = fork(
    join(import.meta.dirname, 'fleet-operator.ts'),
    [api.config.socketPath, api.config.token],
    // As `orlop up` starts it.
    { execArgv: ['--max-semi-space-size=8'] },
  )
  await allHealthy(client)
  await systemClock.sleep(settle)
  const first = await ask(operator)
  const memory: number[] = [first.rss]
  for (let slept = 0; slept < window; slept += 5000) {
    await systemClock.sleep(5000)
    memory.push((await ask(operator)).rss)
  }
  const last = await ask(operator)
  const seconds = (last.at - first.at) / 1000
  print(`${caches} caches at rest: operator`, '% of a core', [((last.cpu - first.cpu) / seconds) * 100])
  print(`${caches} caches at rest: operator`, 'MiB resident', memory)
  print(`${caches} caches at rest: writes in ${Math.round(seconds)} s`, 'writes', [
    last.writes - first.writes,
  ])
  const stopped = new Promise((resolve) => operator.once('exit', resolve))
  operator.kill('SIGTERM')
  await stopped
} finally {
  await client.close()
  await api.close()
  await rm(stateDir, { recursive: true, force: true })
}

/** A cache with all that belongs to it, as it is when it has long been running. */
async function make(to: Client, n: number): Promise<void> {
  const namespace = `team-${n}`
  await to.create(resources.namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  })
  const { apiVersion, kind, spec } = sessions()
  const { version, memory, instances, failover } = spec
  const made = await to.create(redisResource, {
    apiVersion,
    kind,
    metadata: { name: 'sessions', namespace },
    spec: { version, memory, instances, failover: { mode: failover.mode } },
  } as RedisObject)
  const redis: ResolvedRedis = { ...sessions(), metadata: { ...made.metadata, name: 'sessions', namespace } }
  const password = Buffer.from('secret').toString('base64')
  const auth = await to.create(resources.secrets, { ...buildAuthSecret(redis), data: { password } })
  await to.create(resources.secrets, {
    ...buildBindingSecret(redis, `${auth.metadata.uid}.${auth.metadata.resourceVersion}`),
    data: { password },
  })
  await to.create(resources.configMaps, buildConfigMap(redis, 'sessions-0', undefined))
  for (const service of buildServices(redis)) await to.create(resources.services, service)
  await to.create(resources.statefulSets, buildStatefulSet(redis, instances))
  await to.create(resources.podDisruptionBudgets, buildBudget(redis))
  for (let ordinal = 0; ordinal < instances; ordinal++) await makePod(to, redis, n, ordinal)
}

async function makePod(to: Client, redis: ResolvedRedis, n: number, ordinal: number): Promise<void> {
  const template = buildPodTemplate(redis)
  const name = `sessions-${ordinal}`
  const namespace = redis.metadata.namespace ?? ''
  const primary = ordinal === 0
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: {
        ...template.metadata?.labels,
        'orlop.dev/role': primary ? 'primary' : 'replica',
        'orlop.dev/reads': String(!primary),
      },
      annotations: { ...template.metadata?.annotations },
    },
    ...(template.spec ? { spec: { ...template.spec, nodeName: 'node-1' } } : {}),
  }
  await to.create(resources.pods, pod)
  const started = new Date().toISOString().replace(/\.\d+Z/, 'Z')
  const status = {
    phase: 'Running',
    podIP: addressOf(n, ordinal),
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: started }],
    containerStatuses: [
      {
        name: 'redis',
        image: template.spec?.containers[0]?.image,
        imageID: '',
        ready: true,
        restartCount: 0,
        state: { running: { startedAt: started } },
      },
    ],
  }
  await to.patch(
    resources.pods,
    { namespace, name },
    { type: 'merge', body: { status } },
    { subresource: 'status' },
  )
}

/** @throws when they do not become so, with what one of them says. */
async function allHealthy(from: Client): Promise<void> {
  const until = Date.now() + 180_000
  for (;;) {
    const { items } = await from.list(redisKind, {})
    const others = items.filter((item) => item.status?.phase !== 'Healthy')
    if (others.length === 0) return
    if (Date.now() > until) throw new Error(`not at rest: ${JSON.stringify(others[0]?.status)}`)
    await systemClock.sleep(500)
  }
}

interface Usage {
  /** Seconds of processor time. */
  readonly cpu: number
  readonly rss: number
  readonly writes: number
  /** Milliseconds. */
  readonly at: number
}

function ask(operator: ChildProcess): Promise<Usage> {
  return new Promise((resolve, reject) => {
    operator.once('message', (usage) => resolve(usage as Usage))
    operator.send('usage', (error) => error && reject(error))
  })
}
