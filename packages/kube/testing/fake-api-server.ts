import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConnectionConfig } from '../src/connection.ts'
import { type KubeObject, keyOf } from '../src/object.ts'
import { pathOf, type Resource } from '../src/resources.ts'

/** A request as the server saw it. */
export interface Seen {
  method: string
  path: string
  query: URLSearchParams
  body: unknown
  headers: IncomingMessage['headers']
}

/** May answer in the server's place, by saying true; a promise delays the answer. */
export type Fault = (seen: Seen, response: ServerResponse) => boolean | Promise<boolean>

interface Logged {
  version: number
  collection: string
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  object: KubeObject
}

type Answer = [status: number, body: unknown]

interface Watcher {
  collection: string
  namespace: string | undefined
  response: ServerResponse
}

/**
 * Just enough of an API server to break it on purpose: objects, versions, pages, watches. It validates nothing, knows no
 * selectors, and its apply is a merge. What is to be true of a real server is tried on a real server.
 */
export class FakeApiServer {
  /** Every request so far. */
  readonly requests: Seen[] = []
  /** Asked before each request. */
  fault: Fault = () => false

  readonly #server: Server
  readonly #collections = new Map<string, Map<string, KubeObject>>()
  readonly #watchers = new Set<Watcher>()
  #log: Logged[] = []
  #version = 100
  #forgotten = 0

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response).catch(() => response.destroy())
    })
  }

  static async start(): Promise<FakeApiServer> {
    const fake = new FakeApiServer()
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve))
    return fake
  }

  get config(): ConnectionConfig {
    const { port } = this.#server.address() as AddressInfo
    return { server: `http://127.0.0.1:${port}` }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Creates or replaces an object, as some other client would. */
  put<T extends KubeObject>(resource: Resource<T>, object: T): T {
    return this.#store(pathOf(resource), structuredClone(object)) as T
  }

  remove(resource: Resource, key: string): void {
    this.#delete(pathOf(resource), key)
  }

  get<T extends KubeObject>(resource: Resource<T>, key: string): T | undefined {
    return this.#collections.get(pathOf(resource))?.get(key) as T | undefined
  }

  all<T extends KubeObject>(resource: Resource<T>): T[] {
    return [...(this.#collections.get(pathOf(resource))?.values() ?? [])] as T[]
  }

  /** Watches that are open now. */
  get watches(): number {
    return this.#watchers.size
  }

  /** Forgets what happened so far: a watch or a page from before is answered with 410. */
  compact(): void {
    this.#forgotten = this.#version
    this.#log = []
  }

  /** Writes bytes into every open watch. */
  sendRaw(bytes: string | Uint8Array): void {
    for (const { response } of this.#watchers) response.write(bytes)
  }

  /** Tells every open watch the newest version, without an object. */
  bookmark(): void {
    const object = { metadata: { resourceVersion: String(this.#version) } }
    this.sendRaw(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`)
  }

  /** Moves the version on, as changes of other kinds do. */
  age(versions: number): void {
    this.#version += versions
  }

  /** Ends every open watch: properly, or by cutting the connection. */
  endWatches(how: 'end' | 'cut'): void {
    const watchers = [...this.#watchers]
    this.#watchers.clear()
    for (const { response } of watchers) how === 'end' ? response.end() : response.destroy()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake')
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    const seen: Seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      body: text === '' ? undefined : JSON.parse(text),
      headers: request.headers,
    }
    this.requests.push(seen)
    if (await this.fault(seen, response)) return
    const match =
      /^(\/apis?(?:\/[^/]+)?\/v[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?/.exec(seen.path)
    const [, root, namespace, plural, name] = match ?? []
    const collection = `${root}/${plural}`
    if (name === undefined && seen.query.get('watch') === 'true') {
      this.#watch(seen, response, collection, namespace)
      return
    }
    const answer =
      name !== undefined
        ? this.#one(seen, collection, namespace ? `${namespace}/${name}` : name)
        : seen.method === 'POST'
          ? this.#create(seen, collection, namespace)
          : this.#list(seen, collection, namespace)
    send(response, ...answer)
  }

  #create(seen: Seen, collection: string, namespace: string | undefined): Answer {
    const object = seen.body as KubeObject
    if (namespace) object.metadata.namespace = namespace
    if (this.#collections.get(collection)?.has(keyOf(object))) return refusal(409, 'AlreadyExists')
    return [201, this.#store(collection, object)]
  }

  #one(seen: Seen, collection: string, key: string): Answer {
    const old = this.#collections.get(collection)?.get(key)
    const applies = seen.headers['content-type']?.includes('apply') ?? false
    if (!old && !(seen.method === 'PATCH' && applies)) return refusal(404, 'NotFound')
    switch (seen.method) {
      case 'GET':
        return [200, old]
      case 'DELETE':
        this.#delete(collection, key)
        return refusal(200, '')
      case 'PUT': {
        const object = seen.body as KubeObject
        const wanted = object.metadata.resourceVersion
        if (wanted && wanted !== old?.metadata.resourceVersion) return refusal(409, 'Conflict')
        return [200, this.#store(collection, object)]
      }
      case 'PATCH': {
        const merged = merge(old ?? {}, seen.body) as KubeObject
        // A patch that changes nothing is no change.
        if (old && JSON.stringify(merged) === JSON.stringify(old)) return [200, old]
        return [200, this.#store(collection, merged)]
      }
      default:
        return refusal(405, 'MethodNotAllowed')
    }
  }

  #list(seen: Seen, collection: string, namespace: string | undefined): Answer {
    const [version = String(this.#version), after = ''] = seen.query.get('continue')?.split(' ') ?? []
    if (Number(version) < this.#forgotten) return refusal(410, 'Expired')
    const limit = Number(seen.query.get('limit') ?? Number.POSITIVE_INFINITY)
    const rest = [...(this.#collections.get(collection) ?? [])]
      .filter(([key, object]) => key > after && (!namespace || object.metadata.namespace === namespace))
      .sort(([a], [b]) => (a < b ? -1 : 1))
    const page = rest.slice(0, limit)
    const token = rest.length > limit ? `${version} ${page.at(-1)?.[0]}` : undefined
    const metadata = { resourceVersion: version, ...(token ? { continue: token } : {}) }
    return [
      200,
      { kind: 'List', metadata, items: page.map(([, { apiVersion: _, kind: __, ...item }]) => item) },
    ]
  }

  #watch(seen: Seen, response: ServerResponse, collection: string, namespace: string | undefined): void {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    const from = Number(seen.query.get('resourceVersion') ?? this.#version)
    if (from < this.#forgotten) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: statusOf(410, 'Expired') })}\n`)
      return
    }
    const watcher: Watcher = { collection, namespace, response }
    for (const logged of this.#log) if (logged.version > from) tell(watcher, logged)
    this.#watchers.add(watcher)
    response.on('close', () => this.#watchers.delete(watcher))
  }

  #store(collection: string, object: KubeObject): KubeObject {
    const objects = this.#collections.get(collection) ?? new Map<string, KubeObject>()
    this.#collections.set(collection, objects)
    const old = objects.get(keyOf(object))
    const metadata = {
      ...object.metadata,
      uid: old?.metadata.uid ?? `uid-${this.#version}`,
      resourceVersion: String(++this.#version),
    }
    const stored = { ...object, metadata }
    objects.set(keyOf(stored), stored)
    this.#happened(collection, old ? 'MODIFIED' : 'ADDED', stored)
    return stored
  }

  #delete(collection: string, key: string): void {
    const old = this.#collections.get(collection)?.get(key)
    if (!old) return
    this.#collections.get(collection)?.delete(key)
    const metadata = { ...old.metadata, resourceVersion: String(++this.#version) }
    this.#happened(collection, 'DELETED', { ...old, metadata })
  }

  #happened(collection: string, type: Logged['type'], object: KubeObject): void {
    const logged = { version: this.#version, collection, type, object }
    this.#log.push(logged)
    for (const watcher of this.#watchers) tell(watcher, logged)
  }
}

function tell(watcher: Watcher, { collection, type, object }: Logged): void {
  if (watcher.collection !== collection) return
  if (watcher.namespace && watcher.namespace !== object.metadata.namespace) return
  watcher.response.write(`${JSON.stringify({ type, object })}\n`)
}

/** Answers with JSON. */
export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Answers with a `Status`, as a server refuses. */
export function sendStatus(
  response: ServerResponse,
  status: number,
  reason: string,
  headers: Record<string, string> = {},
): void {
  send(response, status, statusOf(status, reason), headers)
}

function refusal(status: number, reason: string): Answer {
  return [status, statusOf(status, reason)]
}

export function statusOf(code: number, reason: string): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: code < 400 ? 'Success' : 'Failure',
    reason,
    code,
    message: reason,
  }
}

/** RFC 7386. */
function merge(into: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const merged: Record<string, unknown> = typeof into === 'object' && into !== null ? { ...into } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = merge(merged[key], value)
  }
  return merged
}
