import { createHash, timingSafeEqual } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import type { Api, Clock, Log, Random } from './api.ts'
import { bootstrap } from './bootstrap.ts'
import { discover } from './discovery.ts'
import { Dispatcher } from './dispatch.ts'
import type { ApiHooks } from './hooks.ts'
import { systemRandom } from './random.ts'
import { Registry } from './registry.ts'
import { mediaType, readBody } from './request/body.ts'
import { parseResourcePath, verbOf } from './request/resource-request.ts'
import { respond, respondError, sendJson } from './respond.ts'
import { ApiError, noSuchResource, toApiError, unauthorized } from './status.ts'
import { Storage, type StorageOptions } from './storage/storage.ts'

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
  /** Where ClusterIPs come from. Default `10.96.0.0/16`. */
  serviceRange?: string
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
  const api: Api = {
    storage,
    registry: new Registry(storage),
    clock: options.clock,
    log: options.log,
    random: options.random ?? systemRandom,
    hooks: options.hooks ?? {},
    serviceRange: options.serviceRange ?? '10.96.0.0/16',
    kubeletSocket: options.kubeletSocket,
    closing: closing.signal,
  }
  bootstrap(api)
  const door = new Door(api, options.token)
  const server = createServer((request, response) => {
    void door.serve(request, response)
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

/** Paths that answer without a token, as on a real server. */
const open = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/'])

/** What every request passes on its way in: who asks, what for, and which answer or error goes back. */
class Door {
  readonly #api: Api
  readonly #token: Buffer
  readonly #dispatcher: Dispatcher

  constructor(api: Api, token: string) {
    this.#api = api
    this.#token = digest(token)
    this.#dispatcher = new Dispatcher(api)
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#serve(request, response)
    } catch (thrown) {
      const error = toApiError(thrown)
      if (error.httpStatus >= 500) this.#api.log.error({ err: thrown, url: request.url }, 'request failed')
      respondError(response, error)
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    this.#admit(request, url.pathname)
    const discovered = discover(this.#api, url.pathname, request)
    if (discovered !== undefined) {
      return sendJson(response, 200, discovered.body, discovered.type)
    }
    const path = parseResourcePath(url.pathname, this.#api.registry)
    if (path === undefined) throw noSuchResource()
    const method = request.method ?? 'GET'
    const verb = verbOf(method, path, url.searchParams)
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const answer = await this.#dispatcher.answer({
      ...path,
      verb,
      method,
      query: url.searchParams,
      body: method === 'GET' || method === 'HEAD' || verb === 'connect' ? undefined : await readBody(request),
      contentType: mediaType(request),
      userAgent: request.headers['user-agent'] ?? '',
      warn: (text) => response.appendHeader('warning', `299 - ${JSON.stringify(text)}`),
      signal: AbortSignal.any([gone.signal, this.#api.closing]),
    })
    await respond(request, response, answer)
  }

  /** Throws Unauthorized, or Forbidden for a web page: no page has business here, whatever token it got hold of. */
  #admit(request: IncomingMessage, path: string): void {
    if (request.headers.origin !== undefined) {
      throw new ApiError(403, 'Forbidden', 'requests from web pages (with an Origin header) are refused')
    }
    if (open.has(path)) return
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined) throw unauthorized()
    const given = digest(token)
    if (timingSafeEqual(given, this.#token)) return
    if (this.#api.storage.tokens.tokenUser(given.toString('hex'), this.#api.clock.now()) === undefined)
      throw unauthorized()
  }
}

/** Digests are of one length, so that comparing them tells nothing about the token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
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
