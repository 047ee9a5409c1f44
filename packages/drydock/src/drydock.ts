/** A whole Kubernetes in one process: the API server, the controllers, the nodes and their network. */
import {
  type Client,
  type Clock,
  type ConnectionConfig,
  createClient,
  type Log,
  silentLog,
  systemClock,
} from '@orlop/kube'
import type { ApiHooks } from './apiserver/hooks.ts'
import { startApiServer } from './apiserver/server.ts'
import { type ControllersOptions, startControllers } from './controllers/controllers.ts'
import { startApiProxy } from './gateway/api-proxy.ts'
import { certificateForPods, keepCertificate, namesForPods } from './gateway/certificate.ts'
import { hasSkopeo, type Pull, pullImage } from './images/skopeo.ts'
import { type ImageStore, imageStore } from './images/store.ts'
import { type Machine, startMachine } from './machine.ts'
import { releaseMounts } from './mounts.ts'
import type { Faults } from './network/faults.ts'
import { type Network, startNetwork } from './network/network.ts'
import { apiAddressOf, apiServiceOf, claimRanges, type Ranges, releaseRanges } from './network/ranges.ts'
import { type NodeHandle, type NodeOptions, startNode } from './node/node.ts'
import type { Programs } from './node/program.ts'
import { hostPrograms } from './node/programs.ts'
import { storedPrograms } from './node/stored-programs.ts'
import { chooseNodes } from './node-count.ts'
import { DrydockError, paths, prepareState, renderKubeconfig, replaceFile } from './state.ts'

export interface DrydockOptions {
  readonly stateDir: string
  /** How many nodes: `node-1`..., in zones 1 to 3 by turns. Default: as many as it had the last time, or 1. */
  readonly nodes?: number | undefined
  readonly log?: Log
  readonly clock?: Clock
  /** In [0, 1), as `Math.random`. */
  readonly random?: () => number
  /** Where a test takes hold of writes and watch events. */
  readonly hooks?: ApiHooks
  /** Chosen free when left out, so that several run side by side in one network namespace. */
  readonly ranges?: Ranges
  readonly programs?: Programs
  /** How images of registries get into the store; by skopeo in this process's network when left out. */
  readonly pull?: (store: ImageStore) => Pull
  readonly timing?: NodeOptions['timing']
  /** How long a node may be silent before it counts as lost, in ms; 50,000 unless said. Nodes report accordingly often. */
  readonly nodeGrace?: number
  /** Waiting times of autoscalers, and for how long a figure of `metrics.k8s.io` stands, in ms. */
  readonly autoscaling?: ControllersOptions['autoscaling']
  readonly metricsWindow?: number
}

export interface Drydock {
  readonly client: Client
  readonly connection: ConnectionConfig
  /** Path of a kubeconfig that reaches the API server through its socket. */
  readonly kubeconfig: string
  /** Cutting off a node by its faults is as `node(name).cut()`. */
  readonly network: Network
  /** Those that are on. */
  readonly nodes: readonly NodeHandle[]
  readonly machines: readonly Machine[]
  /** A node to be switched off and on, cut off, frozen. @throws DrydockError `NoSuchNode` */
  node(name: string): Machine
  /**
   * Ends everything: no process, interface, namespace or rule is left. What was written stays in the folder. Pods are killed, or
   * get `seconds` to end by themselves.
   */
  stop(seconds?: number): Promise<void>
}

/** Where the API server answers pods, behind the Service `kubernetes`. */
const apiPort = 6443

/**
 * Starts one. The caller is uid 0 of a user, network, mount and pid namespace of its own (hack/in-namespace).
 * @throws DrydockError for what a person can mend: the state folder, missing rights or tools.
 */
export async function createDrydock(o: DrydockOptions): Promise<Drydock> {
  const { stateDir, log = silentLog, clock = systemClock, random = Math.random, nodeGrace = 50_000 } = o
  const { token } = await prepareState(stateDir)
  const ended = new AbortController()
  const { signal } = ended
  const undo: ((seconds?: number) => Promise<unknown>)[] = []
  const stop = async (seconds?: number): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step(seconds)
  }
  const ranges = o.ranges ?? (await claimRanges())
  undo.push(() => releaseRanges(ranges))
  try {
    const authority = await keepCertificate(stateDir, clock.now())
    const api = await startApiServer({
      stateDir,
      socketPath: paths.apiSocket(stateDir),
      token,
      log,
      clock,
      kubeletSocket: (node) => paths.kubeletSocket(stateDir, node),
      ...(o.hooks ? { hooks: o.hooks } : {}),
      ...(o.metricsWindow === undefined ? {} : { metricsWindow: o.metricsWindow }),
      serviceRange: ranges.services,
      inCluster: { address: apiAddressOf(ranges), port: apiPort, authority: authority.cert },
    })
    undo.push(() => api.close())
    const connection: ConnectionConfig = api.config
    const kubeconfig = paths.insideKubeconfig(stateDir)
    await replaceFile(kubeconfig, renderKubeconfig(`unix://${paths.apiSocket(stateDir)}`, token))
    const client = createClient(connection, { log, clock, userAgent: 'drydock' })
    undo.push(() => client.close())
    const names = await chooseNodes(client, o.nodes)
    const network = await startNetwork({
      client,
      nodes: names,
      dialSocket: paths.dialSocket(stateDir),
      log,
      clock,
      random,
      signal,
      ranges,
    })
    undo.push(() => network.stop())
    const reached = [apiAddressOf(ranges), apiServiceOf(ranges)]
    const forPods = await startApiProxy(
      paths.apiSocket(stateDir),
      apiPort,
      certificateForPods(authority, reached, clock.now()),
      { address: apiAddressOf(ranges), hosts: [...namesForPods, ...reached] },
    )
    undo.push(() => forPods.close())
    const controllers = startControllers({
      client,
      log,
      clock,
      random,
      signal,
      stateDir,
      nodeGrace,
      autoscaling: o.autoscaling,
      authority: authority.cert,
    })
    controllers.catch((error: unknown) => log.error({ err: error }, 'the controllers ended'))
    undo.push(async () => {
      ended.abort()
      await controllers.catch(() => undefined)
    })
    undo.push(() => releaseMounts(stateDir))
    const store = imageStore(paths.images(stateDir))
    const programs =
      o.programs ??
      storedPrograms({
        store,
        host: hostPrograms(),
        pull: (await hasSkopeo()) ? (o.pull?.(store) ?? ((r, how) => pullImage(store, r, how))) : undefined,
      })
    const machines: Awaited<ReturnType<typeof startMachine>>[] = []
    undo.push((seconds) => Promise.all(machines.map((machine) => machine.stop(seconds))))
    for (const [i, name] of names.entries()) {
      machines.push(
        await startMachine({
          name,
          connect: (connected) => (connected ? network.faults.heal(name) : network.faults.partition(name)),
          start: (link) =>
            startNode({
              client,
              name,
              zone: `zone-${(i % 3) + 1}`,
              address: network.nodeAddresses.get(name),
              stateDir,
              network,
              programs,
              log,
              clock,
              random,
              signal,
              link,
              leaseSeconds: Math.min(40, (nodeGrace * 0.8) / 1000),
              timing: o.timing,
            }),
        }),
      )
    }
    const node = (name: string): Machine => {
      const found = machines.find((machine) => machine.name === name)
      if (found) return found
      throw new DrydockError('NoSuchNode', `there is no node ${name}`, 'see: orlop node ls')
    }
    return {
      client,
      connection,
      kubeconfig,
      network: { ...network, faults: withMachines(network.faults, machines) },
      get nodes() {
        return machines.flatMap(({ handle }) => handle ?? [])
      },
      machines,
      node,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Whoever cuts off a node means the whole node. */
function withMachines(faults: Faults, machines: readonly Machine[]): Faults {
  const machine = (target: string): Machine | undefined => machines.find(({ name }) => name === target)
  return {
    partition: (target) => machine(target)?.cut() ?? faults.partition(target),
    heal: (target) => machine(target)?.mend() ?? faults.heal(target),
    blockBetween: (a, b) => faults.blockBetween(a, b),
    blockOneWay: (from, to) => faults.blockOneWay(from, to),
    unblock: (a, b) => faults.unblock(a, b),
    nodeReachable: (node) => faults.nodeReachable(node),
  }
}
