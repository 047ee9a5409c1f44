import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Client,
  createClient,
  isConflict,
  isNotFound,
  type KubeObject,
  type Log,
  type Node,
  type Pod,
  Reflector,
  type Resource,
  resources,
  systemClock,
} from '@orlop/kube'
import { onTestFinished } from 'vitest'
import { startApiServer } from '../src/apiserver/server.ts'
import { type ControllerName, startControllers } from '../src/controllers/controllers.ts'

/** An API server with the controllers, and kubelets that only write status: whatever is bound to a node soon runs and is ready. */
export interface Yard {
  readonly client: Client
  readonly stateDir: string
  /** Every write so far, as `verb plural/name` with the subresource; events and what the test itself writes are not among them. */
  readonly writes: readonly string[]
  /** Pods, by name, that do not become ready. */
  readonly slow: Set<string>
  /** Pods, by name, that take their time to go: until they are taken from here. */
  readonly lingering: Set<string>
  /** Kinds, by plural, of which the controllers are told nothing new until they are taken from here. */
  readonly held: Set<string>
  addNode(name: string, zone?: string, cpu?: string): Promise<void>
  /** Stops the controllers and starts them again, with empty caches. */
  restart(): Promise<void>
  /** Waits until `look` gives something; fails with what was seen. */
  until<T>(look: () => Promise<T | undefined | false>): Promise<T>
  list<T extends KubeObject>(resource: Resource<T>, labelSelector?: string): Promise<T[]>
  /** Undefined where there is none. */
  find<T extends KubeObject>(resource: Resource<T>, name: string): Promise<T | undefined>
  ready(name: string, ready: boolean): Promise<void>
}

export const namespace = 'default'

export async function startYard(o: { only?: readonly ControllerName[]; nodes?: number } = {}): Promise<Yard> {
  const stateDir = await mkdtemp(join(tmpdir(), 'yard-'))
  const writes: string[] = []
  const held = new Set<string>()
  const api = await startApiServer({
    stateDir,
    socketPath: join(stateDir, 'api.sock'),
    token: 'a-token',
    log: warnings,
    clock: systemClock,
    hooks: {
      onEvent: async ({ request: { kind, userAgent, signal } }): Promise<'send'> => {
        while (userAgent === 'controllers' && held.has(kind.plural) && !signal.aborted)
          await systemClock.sleep(5)
        return 'send'
      },
      onWrite: (_, { verb, kind, name, subresource, userAgent, query, body }) => {
        if (userAgent !== 'controllers' || kind.plural === 'events' || query.has('dryRun')) return
        writes.push(
          `${verb} ${kind.plural}/${name || nameIn(body)}${subresource === '' ? '' : `/${subresource}`}`,
        )
      },
    },
  })
  const client = createClient(api.config, { userAgent: 'a-test' })
  const own = createClient(api.config, { userAgent: 'controllers' })
  const stop = new AbortController()
  const slow = new Set<string>()
  const lingering = new Set<string>()

  const start = (): { stop: AbortController; ended: Promise<void> } => {
    const controller = new AbortController()
    const ended = startControllers({
      client: own,
      log: warnings,
      clock: systemClock,
      random: Math.random,
      signal: controller.signal,
      stateDir,
      // No kubelet says that these nodes are alive.
      nodeGrace: 600_000,
      ...(o.only === undefined ? {} : { only: o.only }),
    })
    return { stop: controller, ended }
  }
  let running = start()
  const kubelet = runKubelet(client, slow, lingering, stop.signal)

  const yard: Yard = {
    client,
    stateDir,
    writes,
    slow,
    lingering,
    held,
    async addNode(name, zone = name, cpu = '8') {
      await client.create(resources.nodes, nodeOf(name, zone, cpu))
      const taints = { metadata: {}, spec: { taints: null } }
      await client.patch(resources.nodes, { name }, { type: 'merge', body: taints })
      const body = { metadata: {}, ...statusOf(cpu) }
      await client.patch(resources.nodes, { name }, { type: 'merge', body }, { subresource: 'status' })
    },
    async restart() {
      running.stop.abort()
      await running.ended
      running = start()
    },
    async until(look) {
      const deadline = Date.now() + 60_000
      for (;;) {
        const seen = await look()
        if (seen !== undefined && seen !== false) return seen
        if (Date.now() > deadline)
          throw new Error(`it did not happen; ${await everything(client)}\n${writes.slice(-20).join('\n')}`)
        await systemClock.sleep(10)
      }
    },
    async list(resource, labelSelector) {
      const { items } = await client.list(resource, { namespace, labelSelector })
      return items
    },
    find: (resource, name) =>
      client.get(resource, resource.namespaced ? { namespace, name } : { name }).catch((error: unknown) => {
        if (isNotFound(error)) return undefined
        throw error
      }),
    async ready(name, ready) {
      if (ready) slow.delete(name)
      else slow.add(name)
      const pod = await client.get(resources.pods, { namespace, name })
      await writeStatus(client, pod, ready)
    },
  }
  onTestFinished(async () => {
    running.stop.abort()
    stop.abort()
    await running.ended
    await kubelet
    await client.close()
    await own.close()
    await api.close()
    await rm(stateDir, { recursive: true, force: true })
  })
  for (let i = 1; i <= (o.nodes ?? 1); i++) await yard.addNode(`n${i}`)
  return yard
}

function nameIn(body: unknown): string {
  const object: { metadata?: { name?: string } } = typeof body === 'object' && body !== null ? body : {}
  return object.metadata?.name ?? ''
}

const warnings: Log = {
  debug: () => {},
  info: () => {},
  warn: (o, message) => process.env.DEBUG && console.error('warn', message, o),
  error: (o, message) => console.error('error', message, o),
  child: () => warnings,
}

async function runKubelet(
  client: Client,
  slow: ReadonlySet<string>,
  lingering: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const pods = new Reflector({
    client,
    resource: resources.pods,
    log: warnings,
    clock: systemClock,
    random: Math.random,
  })
  const tend = async (pod: Pod): Promise<void> => {
    const { name, uid, deletionTimestamp } = pod.metadata
    if (!pod.spec?.nodeName) return
    if (deletionTimestamp !== undefined) {
      while (lingering.has(name) && !signal.aborted) await systemClock.sleep(10)
      await client.delete(resources.pods, pod.metadata, { preconditions: { uid }, gracePeriodSeconds: 0 })
    } else if (pod.status?.phase === 'Pending') {
      await writeStatus(client, pod, !slow.has(name))
    }
  }
  pods.subscribe(({ type, object }) => {
    if (type === 'deleted') return
    tend(object).catch((error: unknown) => {
      if (!signal.aborted && !isNotFound(error) && !isConflict(error)) throw error
    })
  })
  await pods.run(signal)
}

let addresses = 0

async function writeStatus(client: Client, pod: Pod, ready: boolean): Promise<void> {
  const at = `${new Date().toISOString().slice(0, 19)}Z`
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at }
  const podIP = pod.status?.podIP ?? `10.244.0.${++addresses % 250}`
  const body = {
    metadata: { uid: pod.metadata.uid },
    status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions: [condition] },
  }
  await client.patch(resources.pods, pod.metadata, { type: 'strategic', body }, { subresource: 'status' })
}

function nodeOf(name: string, zone: string, cpu: string): Node {
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone }
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, ...statusOf(cpu) }
}

function statusOf(cpu: string): Pick<Node, 'status'> {
  const room = { cpu, memory: '8Gi', pods: '110' }
  return { status: { allocatable: room, capacity: room, conditions: [{ type: 'Ready', status: 'True' }] } }
}

async function everything(client: Client): Promise<string> {
  const seen: string[] = []
  for (const resource of [resources.statefulSets, resources.pods, resources.persistentVolumeClaims]) {
    const { items } = await client.list<KubeObject>(resource, {})
    for (const item of items)
      seen.push(JSON.stringify({ ...item, metadata: { ...item.metadata, managedFields: undefined } }))
  }
  return seen.join('\n')
}

export const container = { name: 'c', image: 'redis:7.2' }

export const template: {
  metadata: { labels: Record<string, string> }
  spec: { containers: (typeof container)[] }
} = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [container] },
}

export const names = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ metadata }) => metadata.name).sort()
