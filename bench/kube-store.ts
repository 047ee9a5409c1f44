/**
 * How long reading 10,000 pods blocks the event loop, and how much memory the store takes for them.
 * The API server is a fake in a thread of its own, so that its work is not counted. One JSON line a figure.
 *
 *   node bench/kube-store.ts [RUNS]
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import {
  type Client,
  createClient,
  Reflector,
  resources,
  silentLog,
  systemClock,
} from '../packages/kube/src/index.ts'

const objects = 10_000

if (isMainThread) await measure(Number(process.argv[2] ?? 5))
else serve()

async function measure(runs: number): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  const heap = (): number => {
    if (typeof collect === 'function') collect()
    return process.memoryUsage().heapUsed / 2 ** 20
  }
  const worker = new Worker(import.meta.filename)
  const port = await new Promise<number>((resolve) => worker.once('message', resolve))
  const client = createClient({ server: `http://127.0.0.1:${port}` })
  const all: Figures[] = []
  // The first run compiles; it is not counted.
  for (let run = -1; run < runs; run++) {
    const figures = await once(client, heap)
    if (run >= 0) all.push(figures)
  }
  print(
    `kube: longest block of the event loop, list of ${objects} pods`,
    'ms',
    all.map((f) => f.delay),
  )
  print(
    `kube: most work in one turn of the event loop, list of ${objects} pods`,
    'CPU ms',
    all.map((f) => f.turn),
  )
  print(
    `kube: memory of a store of ${objects} pods`,
    'MiB',
    all.map((f) => f.memory),
  )
  print(
    `kube: time to list ${objects} pods`,
    'ms',
    all.map((f) => f.list),
  )
  await client.close()
  await worker.terminate()
}

interface Figures {
  /** By the clock, in which a busy machine has its part. */
  delay: number
  /** By the processor: what the code itself costs. */
  turn: number
  memory: number
  list: number
}

/** A function of its own, so that nothing of a run is alive when the next one measures the heap. */
async function once(client: Client, heap: () => number): Promise<Figures> {
  const before = heap()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const stop = new AbortController()
  const reflector = new Reflector({
    client,
    resource: resources.pods,
    indexers: { byNode: (pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []) },
    log: silentLog,
    clock: systemClock,
    random: Math.random,
  })
  let turn = 0
  let last = process.threadCpuUsage()
  const tick = (): void => {
    // What comes after the list is the measuring of the heap.
    if (reflector.store.hasSynced()) return
    const { user, system } = process.threadCpuUsage(last)
    last = process.threadCpuUsage()
    turn = Math.max(turn, (user + system) / 1000)
    setImmediate(tick)
  }
  tick()
  delay.enable()
  const began = performance.now()
  const running = reflector.run(stop.signal)
  await reflector.synced()
  const list = performance.now() - began
  delay.disable()
  const memory = heap() - before
  if (reflector.store.size !== objects) throw new Error(`the store holds ${reflector.store.size} objects`)
  stop.abort()
  await running
  return { delay: delay.max / 1e6, turn, memory, list }
}

function print(name: string, unit: string, values: number[]): void {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part: number): number =>
    Math.round((sorted[Math.ceil(part * sorted.length) - 1] ?? 0) * 10) / 10
  console.log(JSON.stringify({ name, unit, runs: values.length, p50: at(0.5), p99: at(0.99), max: at(1) }))
}

function serve(): void {
  const pages = new Map<number, Buffer>()
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://fake').searchParams
    response.setHeader('content-type', 'application/json')
    if (query.get('watch')) {
      response.flushHeaders()
      return
    }
    const from = Number(query.get('continue') ?? 0)
    const limit = Number(query.get('limit') ?? objects)
    const page = pages.get(from) ?? pageOf(from, limit)
    pages.set(from, page)
    response.end(page)
  })
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port))
}

function pageOf(from: number, limit: number): Buffer {
  const items = Array.from({ length: Math.min(limit, objects - from) }, (_, i) => pod(from + i))
  const next = from + limit < objects ? { continue: String(from + limit) } : {}
  return Buffer.from(
    JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '1', ...next }, items }),
  )
}

/** A pod of a StatefulSet as a real API server returns it, about 7 KB of JSON, managedFields and defaults included. */
function pod(n: number): object {
  const name = `cache-${Math.floor(n / 3)}-${n % 3}`
  const uid = (salt: number): string =>
    `${(n * 2654435761 + salt).toString(16).padStart(12, '0').slice(-8)}-0f0e-4d0c-8b0a-${n.toString(16).padStart(12, '0')}`
  const time = '2026-01-01T00:00:00Z'
  const image = `registry.example.org/library/redis@sha256:${'0123456789abcdef'.repeat(4)}`
  const labels = {
    'app.kubernetes.io/name': 'redis',
    'app.kubernetes.io/instance': `cache-${Math.floor(n / 3)}`,
    'app.kubernetes.io/managed-by': 'orlop',
    'apps.kubernetes.io/pod-index': String(n % 3),
    'controller-revision-hash': `cache-${Math.floor(n / 3)}-6b9d5bf9d`,
    'statefulset.kubernetes.io/pod-name': name,
    'orlop.dev/role': n % 3 === 0 ? 'primary' : 'replica',
  }
  const container = (of: string, portOf: number): object => ({
    name: of,
    image,
    command: ['sh', '/orlop/start.sh'],
    args: ['--port', String(portOf)],
    ports: [{ name: of, containerPort: portOf, protocol: 'TCP' }],
    env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }],
    resources: { limits: { memory: '366Mi' }, requests: { cpu: '100m', memory: '366Mi' } },
    volumeMounts: ['data', 'config', 'auth', 'scripts'].map((v) => ({ name: v, mountPath: `/orlop/${v}` })),
    livenessProbe: probe(15),
    readinessProbe: probe(2),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  })
  const probe = (periodSeconds: number): object => ({
    exec: { command: ['sh', '/orlop/probe.sh'] },
    periodSeconds,
    timeoutSeconds: 2,
    successThreshold: 1,
    failureThreshold: 3,
  })
  const fields = (paths: object): object => ({
    manager: 'kube-controller-manager',
    operation: 'Update',
    apiVersion: 'v1',
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:metadata': { 'f:labels': paths }, 'f:spec': paths, 'f:status': paths },
  })
  const paths = Object.fromEntries(Object.keys(labels).map((label) => [`f:${label}`, {}]))
  return {
    metadata: {
      name,
      generateName: `cache-${Math.floor(n / 3)}-`,
      namespace: `team-${n % 50}`,
      uid: uid(1),
      resourceVersion: String(1_000_000 + n),
      creationTimestamp: time,
      labels,
      annotations: { 'orlop.dev/pod-hash': uid(2), 'orlop.dev/reason': 'ConfigChanged' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          name: `cache-${Math.floor(n / 3)}`,
          uid: uid(3),
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: [fields(paths), fields(paths)],
    },
    spec: {
      volumes: ['data', 'config', 'auth', 'scripts'].map((v) => ({
        name: v,
        configMap: { name: `${name}-${v}`, defaultMode: 420 },
      })),
      containers: [container('redis', 6379), container('exporter', 9121)],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 60,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      nodeName: `node-${n % 200}`,
      hostname: name,
      subdomain: `cache-${Math.floor(n / 3)}-nodes`,
      schedulerName: 'default-scheduler',
      securityContext: { runAsUser: 999, runAsNonRoot: true, fsGroup: 999 },
      tolerations: ['not-ready', 'unreachable'].map((key) => ({
        key: `node.kubernetes.io/${key}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
    },
    status: {
      phase: 'Running',
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: time,
      })),
      hostIP: `10.0.${n % 200}.1`,
      podIP: `10.244.${n >> 8}.${n & 255}`,
      podIPs: [{ ip: `10.244.${n >> 8}.${n & 255}` }],
      startTime: time,
      containerStatuses: ['redis', 'exporter'].map((of) => ({
        name: of,
        state: { running: { startedAt: time } },
        lastState: {},
        ready: true,
        restartCount: 0,
        image,
        imageID: image,
        containerID: `containerd://${uid(4)}${uid(5)}`,
        started: true,
      })),
      qosClass: 'Burstable',
    },
  }
}
