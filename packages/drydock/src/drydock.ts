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
import type { ControllersOptions } from './controllers/controllers.ts'
import { keepCertificate } from './gateway/certificate.ts'
import type { Pull } from './images/skopeo.ts'
import type { ImageStore } from './images/store.ts'
import type { Machine } from './machine.ts'
import type { Network } from './network/network.ts'
import { apiAddressOf, claimRanges, type Ranges, releaseRanges } from './network/ranges.ts'
import type { NodeHandle, NodeOptions } from './node/node.ts'
import type { Programs } from './node/program.ts'
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
  /** What the network needs and the API server does not: waited for between the two. */
  readonly prepared?: Promise<unknown>
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
    // Loaded only now: the API server answers already.
    const { startSurroundings } = await import('./surroundings.ts')
    const { network, machines } = await startSurroundings(
      o,
      { stateDir, log, clock, random, nodeGrace, client, ranges, authority, apiPort, ended },
      undo,
    )
    const node = (name: string): Machine => {
      const found = machines.find((machine) => machine.name === name)
      if (found) return found
      throw new DrydockError('NoSuchNode', `there is no node ${name}`, 'see: orlop node ls')
    }
    return {
      client,
      connection,
      kubeconfig,
      network,
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
