import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { dirname, join } from 'node:path'
import type { Api, Clock, InCluster, Log, Random } from './api.ts'
import { Authenticator } from './auth.ts'
import { bootstrap } from './bootstrap.ts'
import { DefinitionCleanup } from './custom/definition-cleanup.ts'
import { Door } from './door.ts'
import type { ApiHooks } from './hooks.ts'
import { UsageSampler } from './metrics/usage-sampler.ts'
import { systemRandom } from './random.ts'
import { Registry } from './registry.ts'
import { Storage, type StorageOptions } from './storage/storage.ts'
import { EventFrames } from './verbs/event-frame.ts'

export interface ApiServerOptions {
  /** Folder that holds `db.sqlite`; made when missing. */
  stateDir: string
  /** The unix socket to listen on; the file is replaced. */
  socketPath: string
  /** What clients present as `Authorization: Bearer`. */
  token: string
  log: Log
  clock: Clock
  /** The unix socket of a node's kubelet; without it log, exec and the like are unavailable. */
  kubeletSocket?: (node: string) => string
  hooks?: ApiHooks
  /** How long a figure of `metrics.k8s.io` stands before pods are looked at again, in ms; 5,000 unless said. */
  metricsWindow?: number
  /** Where ClusterIPs come from. Default `10.96.0.0/16`. */
  serviceRange?: string
  /** How pods reach it; nobody listens there but who passes on to the socket. Default: not at all. */
  inCluster?: InCluster
  random?: Random
  storage?: StorageOptions
}

export interface ApiServer {
  /** How to reach it: a `ConnectionConfig` of the kube package. */
  config: { server: string; socketPath: string; token: string }
  close(): Promise<void>
}

/**
 * Serves the Kubernetes API on a unix socket.
 * @throws when the state folder cannot be opened or the socket cannot be bound.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  mkdirSync(options.stateDir, { recursive: true, mode: 0o700 })
  const storage = new Storage(join(options.stateDir, 'db.sqlite'), options.storage)
  const closing = new AbortController()
  const { clock, log, kubeletSocket, metricsWindow = 5_000 } = options
  const api: Api = {
    storage,
    registry: new Registry(storage),
    clock,
    log,
    random: options.random ?? systemRandom,
    hooks: options.hooks ?? {},
    serviceRange: options.serviceRange ?? '10.96.0.0/16',
    inCluster: options.inCluster,
    kubeletSocket,
    frames: new EventFrames(),
    authenticator: new Authenticator(options.token, storage, options.clock),
    usage: new UsageSampler({ clock, log, kubeletSocket, closing: closing.signal }, metricsWindow),
    closing: closing.signal,
  }
  bootstrap(api)
  new DefinitionCleanup(api).start()
  const door = new Door(api)
  const server = createServer((request, response) => {
    void door.serve(request, response)
  })
  server.on('upgrade', (request, socket, head) => {
    void door.upgrade(request, socket, head)
  })
  // A client that keeps a connection for later must not find it closed just as it sends the next request.
  server.keepAliveTimeout = 120_000
  await listen(server, options.socketPath)
  return {
    config: { server: 'http://localhost', socketPath: options.socketPath, token: options.token },
    close: async () => {
      closing.abort()
      await closeServer(server)
      storage.close()
    },
  }
}

async function listen(server: Server, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  rmSync(path, { force: true })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(path, resolve)
  await promise
  server.off('error', reject)
  chmodSync(path, 0o600)
}

async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeAllConnections()
  await promise
}
