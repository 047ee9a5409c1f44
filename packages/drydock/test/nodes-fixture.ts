/** A drydock of three nodes that are soon taken for lost, with a StatefulSet and a Deployment spread over them. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  type EndpointSlice,
  type Event,
  type KubeObject,
  type Node,
  type Pod,
  type Resource,
  resources,
} from '@orlop/kube'
import { createDrydock, type Drydock } from '../src/drydock.ts'
import { startApiProxy } from '../src/gateway/api-proxy.ts'
import { keepCertificate } from '../src/gateway/certificate.ts'
import { paths, renderKubeconfig } from '../src/state.ts'
import { eventually, isReady } from './node-fixture.ts'

export const namespace = 'default'

export interface Fleet {
  readonly drydock: Drydock
  readonly stateDir: string
  pods(app: string): Promise<Pod[]>
  pod(name: string): Promise<Pod | undefined>
  node(name: string): Promise<Node>
  /** The addresses of an app's Service that are ready. */
  endpoints(app: string): Promise<string[]>
  events(name: string): Promise<string[]>
  /** Waits until `look` gives something. */
  until<T>(look: () => Promise<T | undefined | false>): Promise<T>
  kubectl(...args: string[]): Promise<{ code: number; out: string }>
  readonly kubeconfig: string
  close(): Promise<void>
}

export async function startFleet(nodes = 3): Promise<Fleet> {
  const stateDir = await mkdtemp(join(tmpdir(), 'fleet-'))
  const drydock = await createDrydock({ stateDir, nodes, nodeGrace: 6000 })
  const { client } = drydock
  const certificate = await keepCertificate(stateDir, Date.now())
  const door = await startApiProxy(paths.apiSocket(stateDir), 20_000 + (process.pid % 20_000), certificate)
  const token = await readFile(join(stateDir, 'token'), 'utf8')
  const kubeconfig = join(stateDir, 'kubeconfig')
  await writeFile(
    kubeconfig,
    renderKubeconfig(`https://127.0.0.1:${door.port}`, token.trim(), certificate.cert),
  )
  const list = async <T extends KubeObject>(resource: Resource<T>, app: string): Promise<T[]> => {
    const { items } = await client.list(resource, { namespace, labelSelector: `app=${app}` })
    return items
  }
  const fleet: Fleet = {
    drydock,
    stateDir,
    kubeconfig,
    pods: (app) => list(resources.pods, app),
    pod: (name) => client.get(resources.pods, { namespace, name }).catch(() => undefined),
    node: (name) => client.get(resources.nodes, { name }),
    async endpoints(app) {
      const slices = await list<EndpointSlice>(resources.endpointSlices, app)
      const ready = slices.flatMap(({ endpoints }) => endpoints).filter((e) => e.conditions?.ready !== false)
      return ready.flatMap(({ addresses }) => addresses)
    },
    async events(name) {
      const { items } = await client.list<Event>(resources.events, {})
      return items
        .filter(({ regarding }) => regarding?.name === name)
        .map(({ reason, note }) => `${reason}: ${note}`)
    },
    until: (look) => eventually(look, () => overview(drydock), 60_000),
    async kubectl(...args) {
      const run = promisify(execFile)('kubectl', ['--kubeconfig', kubeconfig, ...args], { timeout: 120_000 })
      return run.then(
        ({ stdout, stderr }) => ({ code: 0, out: stdout + stderr }),
        (error) => ({ code: Number(error.code ?? 1), out: `${error.stdout}${error.stderr}` }),
      )
    },
    async close() {
      await door.close()
      await drydock.stop()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
  return fleet
}

async function overview({ client }: Drydock): Promise<unknown> {
  const pods = await client.list(resources.pods, { namespace })
  const nodes = await client.list(resources.nodes)
  return [
    ...nodes.items.map(({ metadata, spec, status }) => [
      metadata.name,
      spec?.taints?.map(({ key, effect }) => `${key}:${effect}`),
      status?.conditions?.find(({ type }) => type === 'Ready')?.status,
    ]),
    ...pods.items.map((pod) => [
      pod.metadata.name,
      pod.spec?.nodeName,
      pod.status?.phase,
      isReady(pod),
      pod.metadata.deletionTimestamp,
    ]),
  ]
}

const tolerations = ['not-ready', 'unreachable'].map((key) => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 1,
}))

/** A StatefulSet or Deployment of three redis with a Service, spread over the nodes; one that is not `patient` gives a lost node up after a second. */
export async function createWorkload(
  { drydock: { client }, until, pods }: Fleet,
  kind: 'StatefulSet' | 'Deployment',
  app: string,
  patient = false,
): Promise<void> {
  const metadata = { name: app, namespace, labels: { app } }
  const matchLabels = { app }
  await client.create(resources.services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { clusterIP: 'None', selector: matchLabels, ports: [{ port: 6379 }] },
  })
  const spec = {
    replicas: 3,
    selector: { matchLabels },
    template: {
      metadata: { labels: matchLabels },
      spec: {
        ...(patient ? {} : { tolerations }),
        terminationGracePeriodSeconds: 2,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels },
          },
        ],
        containers: [
          {
            name: 'redis',
            image: 'redis:7',
            args: ['--protected-mode', 'no'],
            readinessProbe: { tcpSocket: { port: 6379 }, periodSeconds: 1 },
            livenessProbe: { exec: { command: ['redis-cli', 'ping'] }, periodSeconds: 5, timeoutSeconds: 5 },
          },
        ],
      },
    },
  }
  if (kind === 'StatefulSet')
    await client.create(resources.statefulSets, {
      apiVersion: 'apps/v1',
      kind,
      metadata,
      spec: { ...spec, serviceName: app, podManagementPolicy: 'Parallel' },
    })
  else await client.create(resources.deployments, { apiVersion: 'apps/v1', kind, metadata, spec })
  await until(async () => (await pods(app)).filter(isReady).length === 3)
}
