/**
 * Drydock's API server and, in the same run, the real one (kube-apiserver with etcd): how soon they answer, how many writes a
 * second they take, how long a list takes, how soon 100 watchers hear of a change, and what memory that costs.
 * Drydock runs whole, as `orlop up` starts it, and is reached through its socket; the real one by HTTPS, as it must be.
 * One JSON line a figure. The real one is built when it is not there yet: some minutes.
 *
 *   hack/in-namespace node bench/api-server.ts
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient, loadConnection, resources } from '../packages/kube/src/index.ts'
import { startBenchDrydock } from './api-server-drydock.ts'
import { startBenchReal } from './api-server-real.ts'
import { compare } from './figure.ts'
import { startWatchers } from './watchers.ts'

/** A server that is to be measured. */
export interface Measured {
  /** Of a kubeconfig that a program of ours understands. */
  readonly kubeconfig: string
  /** From the start of its first process to the first answer, in ms. */
  readonly started: number
  /** The processes whose memory is its own. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}

interface Figures {
  readonly started: number[]
  readonly created: number[]
  readonly listed: number[]
  readonly heard: number[]
  readonly memory: number[]
}

const pods = 2000
const starts = 5
const programs = execFileSync(
  join(import.meta.dirname, '../hack/kubernetes/build'),
  ['etcd', 'kube-apiserver'],
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
).trim()

const ours = await measure(startBenchDrydock)
const real = await measure((folder) => startBenchReal(folder, programs))
const peer = 'kube-apiserver 1.34.4 and etcd 3.6.4'
compare('api: start to the first answered request', 'ms', ours.started, peer, real.started)
compare(
  `api: pods created a second, 8 writers, 10 watchers, ${pods} pods`,
  '/s',
  ours.created,
  peer,
  real.created,
)
compare(`api: list of ${pods} pods`, 'ms', ours.listed, peer, real.listed)
compare(
  'api: a change to each of 100 watchers of the kind, 20 changes a second',
  'ms',
  ours.heard,
  peer,
  real.heard,
)
compare(`api: memory (RSS) with ${pods} pods and the watchers`, 'MiB', ours.memory, peer, real.memory)

async function measure(start: (folder: string) => Promise<Measured>): Promise<Figures> {
  const started: number[] = []
  for (let i = 1; i < starts; i++) await within(start, async (server) => void started.push(server.started))
  let figures: Figures | undefined
  await within(start, async (server) => {
    started.push(server.started)
    const connection = await loadConnection({ kubeconfig: server.kubeconfig, env: process.env })
    const client = createClient(connection)
    await serviceAccount(client)
    const ten = await startWatchers(server.kubeconfig, '/api/v1/pods', 10)
    const created = await create(client)
    await ten.stop()
    const listed: number[] = []
    for (let i = 0; i < 30; i++) listed.push(await timed(() => client.request('GET', '/api/v1/pods')))
    const hundred = await startWatchers(server.kubeconfig, '/api/v1/configmaps', 100)
    const heard = await change(client, hundred)
    const memory = server.pids.reduce((sum, pid) => sum + rss(pid), 0)
    await hundred.stop()
    await client.close()
    figures = { started, created: [created], listed, heard, memory: [memory] }
  })
  if (!figures) throw new Error('nothing was measured')
  return figures
}

async function within(
  start: (folder: string) => Promise<Measured>,
  use: (server: Measured) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-api-'))
  const server = await start(folder)
  try {
    await use(server)
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Without controllers nobody else makes it. */
async function serviceAccount(client: Client): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    try {
      const metadata = { namespace: 'default', name: 'default' }
      await client.create(resources.serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata })
      return
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'AlreadyExists') return
      // The namespace itself is made a moment after the start.
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Creates the pods with eight requests at a time; gives how many a second. */
async function create(client: Client): Promise<number> {
  let next = 0
  const writer = async (): Promise<void> => {
    while (next < pods) await client.create(resources.pods, pod(next++))
  }
  const took = await timed(() => Promise.all(Array.from({ length: 8 }, writer)))
  return (pods / took) * 1000
}

/** Changes a ConfigMap 200 times; gives how long each watcher took to hear of each, from before the write was sent. */
async function change(
  client: Client,
  watchers: { arrivals(): Promise<Map<string, number[]>> },
): Promise<number[]> {
  const metadata = { namespace: 'default', name: 'changing' }
  const sent = new Map<string, number>()
  await client.create(resources.configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
  for (let n = 0; n < 200; n++) {
    const mark = `mark-${n}-`
    sent.set(mark, performance.timeOrigin + performance.now())
    await client.patch(resources.configMaps, metadata, { type: 'merge', body: { data: { mark } } })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const heard = await watchers.arrivals()
  return [...sent].flatMap(([mark, at]) => {
    const times = heard.get(mark) ?? []
    if (times.length !== 100) throw new Error(`${times.length} of 100 watchers heard of ${mark}`)
    return times.map((time) => time - at)
  })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function rss(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}

/** A pod such as people write; no scheduler takes it, so that it stays an object. */
function pod(n: number) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name: `pod-${n}`, labels: { app: `app-${n % 50}`, tier: 'cache' } },
    spec: {
      schedulerName: 'nobody',
      containers: [
        {
          name: 'redis',
          image: 'redis:7.2',
          args: ['--maxmemory', '64mb'],
          ports: [{ name: 'redis', containerPort: 6379 }],
          env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '96Mi' } },
          readinessProbe: { tcpSocket: { port: 'redis' }, periodSeconds: 5 },
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
    },
  }
}
