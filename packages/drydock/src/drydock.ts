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
import { startControllers } from './controllers/controllers.ts'
import { releaseMounts } from './mounts.ts'
import { type Network, startNetwork } from './network/network.ts'
import { claimRanges, type Ranges, releaseRanges } from './network/ranges.ts'
import { type NodeHandle, type NodeOptions, startNode } from './node/node.ts'
import { hostPrograms, type Programs } from './node/programs.ts'
import { paths, prepareState, renderKubeconfig, replaceFile } from './state.ts'

export interface DrydockOptions {
  readonly stateDir: string
  /** How many nodes: `node-1`..., in zones 1 to 3 by turns. Default 1. */
  readonly nodes?: number
  readonly log?: Log
  readonly clock?: Clock
  /** In [0, 1), as `Math.random`. */
  readonly random?: () => number
  /** Where a test takes hold of writes and watch events. */
  readonly hooks?: ApiHooks
  /** Chosen free when left out, so that several run side by side in one network namespace. */
  readonly ranges?: Ranges
  readonly programs?: Programs
  readonly timing?: NodeOptions['timing']
}

export interface Drydock {
  readonly client: Client
  readonly connection: ConnectionConfig
  /** Path of a kubeconfig that reaches the API server through its socket. */
  readonly kubeconfig: string
  readonly network: Network
  readonly nodes: readonly NodeHandle[]
  /**
   * Ends everything: no process, interface, namespace or rule is left. What was written stays in the folder. Pods are killed, or
   * get `seconds` to end by themselves.
   */
  stop(seconds?: number): Promise<void>
}

/**
 * Starts one. The caller is uid 0 of a user, network, mount and pid namespace of its own (hack/in-namespace).
 * @throws DrydockError for what a person can mend: the state folder, missing rights or tools.
 */
export async function createDrydock(o: DrydockOptions): Promise<Drydock> {
  const { stateDir, log = silentLog, clock = systemClock, random = Math.random } = o
  const { token } = await prepareState(stateDir)
  const names = Array.from({ length: o.nodes ?? 1 }, (_, i) => `node-${i + 1}`)
  const ended = new AbortController()
  const { signal } = ended
  const undo: ((seconds?: number) => Promise<unknown>)[] = []
  const stop = async (seconds?: number): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step(seconds)
  }
  const ranges = o.ranges ?? (await claimRanges())
  undo.push(() => releaseRanges(ranges))
  try {
    const api = await startApiServer({
      stateDir,
      socketPath: paths.apiSocket(stateDir),
      token,
      log,
      clock,
      kubeletSocket: (node) => paths.kubeletSocket(stateDir, node),
      ...(o.hooks ? { hooks: o.hooks } : {}),
      serviceRange: ranges.services,
    })
    undo.push(() => api.close())
    const connection: ConnectionConfig = api.config
    const kubeconfig = paths.insideKubeconfig(stateDir)
    await replaceFile(kubeconfig, renderKubeconfig(`unix://${paths.apiSocket(stateDir)}`, token))
    const client = createClient(connection, { log, clock, userAgent: 'drydock' })
    undo.push(() => client.close())
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
    const controllers = startControllers({ client, log, clock, random, signal, stateDir })
    controllers.catch((error: unknown) => log.error({ err: error }, 'the controllers ended'))
    undo.push(async () => {
      ended.abort()
      await controllers.catch(() => undefined)
    })
    undo.push(() => releaseMounts(stateDir))
    const programs = o.programs ?? hostPrograms()
    const nodes: NodeHandle[] = []
    undo.push((seconds) => Promise.all(nodes.map((node) => node.stop(seconds))))
    for (const [i, name] of names.entries()) {
      nodes.push(
        await startNode({
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
          ...(o.timing ? { timing: o.timing } : {}),
        }),
      )
    }
    return { client, connection, kubeconfig, network, nodes, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
