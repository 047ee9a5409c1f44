import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Client, createClient, type Log, type Pod, resources, systemClock } from '@orlop/kube'
import { startApiServer } from '../src/apiserver/server.ts'
import type { PodNetwork } from '../src/node/network.ts'
import { type NodeHandle, type NodeOptions, startNode } from '../src/node/node.ts'
import { hostPrograms } from '../src/node/programs.ts'

const run = promisify(execFile)

/** An API server with one node, and pods on a bridge of their own; everything that no test here is about is as simple as can be. */
export interface Ship {
  readonly client: Client
  readonly stateDir: string
  readonly kubeconfig: string
  node: NodeHandle
  /** The uids of the pods that have a network now. */
  attached(): readonly string[]
  /** Stops the node as a machine that is switched off, and starts it anew. */
  restartNode(): Promise<void>
  close(): Promise<void>
}

let ships = 0

export async function startShip(options: Partial<NodeOptions> = {}): Promise<Ship> {
  const stateDir = await mkdtemp(join(tmpdir(), 'ship-'))
  const token = 'a-token'
  const socketPath = join(stateDir, 'api.sock')
  const log = errorsOnly
  const api = await startApiServer({
    stateDir,
    socketPath,
    token,
    log,
    clock: systemClock,
    kubeletSocket: (node) => join(stateDir, 'nodes', `${node}.sock`),
    metricsWindow: 500,
  })
  const client = createClient({ ...api.config })
  const network = await plainNetwork(`t${process.pid % 100_000}n${ships++}`)
  const begin = (): Promise<NodeHandle> =>
    startNode({
      client,
      name: 'one',
      zone: 'a',
      stateDir,
      network,
      programs: hostPrograms(),
      log,
      clock: systemClock,
      random: Math.random,
      signal: new AbortController().signal,
      timing: {
        restart: { initial: 400, max: 2000, resetAfter: 60_000 },
        retry: { initial: 200, max: 1000, resetAfter: 60_000 },
      },
      ...options,
    })
  const ship: Ship = {
    client,
    stateDir,
    kubeconfig: join(stateDir, 'kubeconfig'),
    node: await begin(),
    attached: network.attached,
    async restartNode() {
      await ship.node.stop()
      ship.node = await begin()
    },
    async close() {
      await ship.node.stop()
      await client.close()
      await api.close()
      await network.close()
      await run('sh', [
        '-c',
        'grep " $1/" /proc/self/mounts | cut -d" " -f2 | xargs -r umount',
        'sh',
        stateDir,
      ])
      await rm(stateDir, { recursive: true, force: true })
    },
  }
  await mkdir(join(stateDir, 'nodes'), { recursive: true })
  return ship
}

const errorsOnly: Log = {
  debug: () => {},
  info: () => {},
  warn: (o, message) => console.warn(message, o),
  error: (o, message) => console.error(message, o),
  child: () => errorsOnly,
}

/** One bridge with one namespace a pod. */
async function plainNetwork(
  prefix: string,
): Promise<PodNetwork & { attached(): readonly string[]; close(): Promise<void> }> {
  const ip = (...lines: string[]): Promise<unknown> => run('sh', ['-ec', lines.join('\n')])
  // Test files run beside each other in one network: the bridge is the claim to its addresses.
  const claim = async (subnet: number, tries = 250): Promise<number> => {
    try {
      await ip(`ip link add ship${subnet} type bridge`)
      return subnet
    } catch (error) {
      if (tries === 0) throw error
      return await claim((subnet + 1) % 250, tries - 1)
    }
  }
  const subnet = await claim((process.pid + ships) % 250)
  const bridge = `ship${subnet}`
  await ip(`ip addr add 10.243.${subnet}.1/24 dev ${bridge}`, `ip link set ${bridge} up`)
  let next = 2
  const names = new Map<string, string>()
  return {
    dnsAddress: '10.96.0.10',
    attached: () => [...names.keys()],
    serviceVariables: () => ({}),
    resolvConf: ({ namespace }) =>
      `nameserver 10.96.0.10\nsearch ${namespace}.svc.cluster.local svc.cluster.local cluster.local\n`,
    async attach(pod) {
      const number = next++
      const name = `${prefix}p${number}`
      names.set(pod.uid, name)
      const address = `10.243.${subnet}.${number}`
      await ip(
        `ip netns add ${name}`,
        `ip link add ${name}v type veth peer name eth0 netns ${name}`,
        `ip link set ${name}v master ${bridge} up`,
        `ip -n ${name} addr add ${address}/24 dev eth0`,
        `ip -n ${name} link set eth0 up`,
        `ip -n ${name} link set lo up`,
        `ip -n ${name} route add default via 10.243.${subnet}.1`,
      )
      return { ip: address, netns: `/run/netns/${name}` }
    },
    async detach(uid) {
      const name = names.get(uid)
      names.delete(uid)
      if (name) await ip(`ip netns del ${name}`)
    },
    async close() {
      await ip(`ip link del ${bridge}`)
    },
  }
}

/** Waits until `look` gives a value; tells what it saw last when that takes too long. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false>,
  describe?: () => Promise<unknown>,
  ms = 60_000,
): Promise<T> {
  const deadline = Date.now() + ms
  for (;;) {
    const seen = await look().catch((error: unknown) => {
      if (Date.now() > deadline) throw error
      return undefined
    })
    if (seen) return seen
    if (Date.now() > deadline)
      throw new Error(`not in time; last seen: ${JSON.stringify(await describe?.(), undefined, 1)}`)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

type PodSpec = NonNullable<Pod['spec']>

/** Creates a pod on the node and returns it as created. */
export function createPod(
  ship: Ship,
  name: string,
  spec: PodSpec,
  metadata: Partial<Pod['metadata']> = {},
): Promise<Pod> {
  return ship.client.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { nodeName: 'one', terminationGracePeriodSeconds: 2, ...spec },
  })
}

export const getPod = (ship: Ship, name: string): Promise<Pod> =>
  ship.client.get(resources.pods, { namespace: 'default', name })

/** Waits until the pod is as `wanted` says. */
export function podIs(ship: Ship, name: string, wanted: (pod: Pod) => unknown, ms?: number): Promise<Pod> {
  return eventually(
    async () => {
      const pod = await getPod(ship, name)
      return wanted(pod) ? pod : undefined
    },
    async () => (await getPod(ship, name)).status,
    ms,
  )
}

export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false
export const podReady = (ship: Ship, name: string): Promise<Pod> => podIs(ship, name, isReady)

export function podGone(ship: Ship, name: string): Promise<true> {
  return eventually(async () => {
    const { items } = await ship.client.list(resources.pods, {
      namespace: 'default',
      fieldSelector: `metadata.name=${name}`,
    })
    return items.length === 0
  })
}

/** What the only container of a pod said so far. */
export async function logs(ship: Ship, name: string, query = ''): Promise<string> {
  return String(
    await ship.client.request('GET', `/api/v1/namespaces/default/pods/${name}/log${query}`, {
      timeout: 30_000,
    }),
  )
}
