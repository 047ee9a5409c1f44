/** The real control plane with RBAC, and one node of the local Kubernetes on which its pods really run. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Client,
  type ConnectionConfig,
  createClient,
  loadConnection,
  silentLog,
  systemClock,
} from '@orlop/kube'
import { startReal } from '../../packages/drydock/conformance/targets/real.ts'
import { startNetwork } from '../../packages/drydock/src/network/network.ts'
import { wholeRanges } from '../../packages/drydock/src/network/ranges.ts'
import { startNode } from '../../packages/drydock/src/node/node.ts'
import { hostPrograms } from '../../packages/drydock/src/node/programs.ts'
import { programs } from './programs.ts'

export interface RealWorld {
  /** May do everything. */
  readonly admin: Client
  readonly connection: ConnectionConfig
  /** For files of a test; gone with it. */
  readonly folder: string
  stop(): Promise<void>
}

export async function startRealWorld(): Promise<RealWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'in-'))
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const built = await programs('etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler')
    const real = await startReal(folder, built)
    undo.push(() => real.stop())
    const connection = await loadConnection({ kubeconfig: real.kubeconfig, env: {} })
    const admin = createClient(connection)
    undo.push(() => admin.close())
    const ended = new AbortController()
    const around = {
      client: admin,
      log: silentLog,
      clock: systemClock,
      random: Math.random,
      signal: ended.signal,
    }
    const network = await startNetwork({ ...around, nodes: ['node-1'], ranges: wholeRanges })
    undo.push(() => network.stop())
    const address = network.nodeAddresses.get('node-1')
    const node = await startNode({
      ...around,
      name: 'node-1',
      zone: 'zone-1',
      address,
      stateDir: folder,
      network,
      programs: hostPrograms(),
    })
    undo.push(async () => {
      await node.stop()
      ended.abort()
    })
    return { admin, connection, folder, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
