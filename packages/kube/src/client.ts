import { type Clock, systemClock } from './clock.ts'
import type { ConnectionConfig } from './connection.ts'
import { startDeadline } from './deadline.ts'
import { errorOfConnection, KubeError, kubeErrorCode } from './errors.ts'
import { type Log, silentLog } from './log.ts'
import type { KubeObject } from './object.ts'
import { apiVersionOf, pathOf, type Resource } from './resources.ts'
import { createTransport, type Transport } from './transport.ts'
import { type WatchEvent, watchEvents } from './watch.ts'

export interface CallOptions {
  signal?: AbortSignal | undefined
  /** Milliseconds for the whole call; 10,000 unless said. */
  timeout?: number | undefined
}

export interface Where {
  namespace?: string | undefined
  name: string
}

export interface Selection {
  /** All namespaces unless said. */
  namespace?: string | undefined
  labelSelector?: string | undefined
  fieldSelector?: string | undefined
}

export interface ListOptions extends Selection, CallOptions {
  limit?: number | undefined
  continue?: string | undefined
  resourceVersion?: string | undefined
  resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined
}

export interface List<T> {
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
  items: T[]
}

export interface WatchOptions extends Selection {
  resourceVersion?: string | undefined
  allowWatchBookmarks?: boolean | undefined
  /** Seconds after which the server ends the watch. */
  timeoutSeconds?: number | undefined
  signal?: AbortSignal | undefined
  /** Milliseconds without a byte after which the watch is given up with code `Timeout`; 120,000 unless said. */
  inactivityTimeout?: number | undefined
}

export interface WriteOptions extends CallOptions {
  dryRun?: boolean | undefined
  fieldManager?: string | undefined
}

export interface Patch {
  type: 'merge' | 'json' | 'strategic' | 'apply'
  body: unknown
}

export interface PatchOptions extends WriteOptions {
  subresource?: string | undefined
  /** For apply: take fields over from other managers. */
  force?: boolean | undefined
}

export interface DeleteOptions extends CallOptions {
  preconditions?: { uid?: string | undefined; resourceVersion?: string | undefined } | undefined
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined
  /** Seconds; 0 does not wait for the kubelet. */
  gracePeriodSeconds?: number | undefined
  dryRun?: boolean | undefined
}

export interface RequestOptions extends CallOptions {
  query?: Record<string, string | number | boolean | readonly string[] | undefined> | undefined
  /** Sent as JSON. */
  body?: unknown
  contentType?: string | undefined
  headers?: Record<string, string> | undefined
}

/**
 * Speaks JSON to one API server. Objects come and go as they are: a field that no type here knows is kept.
 * Every call ends within its deadline, and fails with a {@link KubeError}.
 *
 * @example
 * const client = createClient(await loadConnection({ env: process.env }))
 * const { items } = await client.list(resources.pods, { namespace: 'default', labelSelector: 'app=cache' })
 */
export interface Client {
  get<T extends KubeObject>(r: Resource<T>, where: Where, o?: CallOptions): Promise<T>
  /** One page; `metadata.continue` leads to the next. */
  list<T extends KubeObject>(r: Resource<T>, o?: ListOptions): Promise<List<T>>
  watch<T extends KubeObject>(r: Resource<T>, o: WatchOptions): AsyncIterable<WatchEvent<T>>
  create<T extends KubeObject>(
    r: Resource<T>,
    object: T,
    o?: WriteOptions & { subresource?: string | undefined },
  ): Promise<T>
  /** Replaces the object; with its `resourceVersion` set, only that very version (code `Conflict`). */
  update<T extends KubeObject>(
    r: Resource<T>,
    object: T,
    o?: WriteOptions & { subresource?: string | undefined },
  ): Promise<T>
  patch<T extends KubeObject>(r: Resource<T>, where: Where, patch: Patch, o?: PatchOptions): Promise<T>
  /** Server-side apply: the object holds exactly the fields that `fieldManager` wants to own. */
  apply<T extends KubeObject>(
    r: Resource<T>,
    object: KubeObject,
    o: PatchOptions & { fieldManager: string },
  ): Promise<T>
  delete(r: Resource, where: Where, o?: DeleteOptions): Promise<void>
  deleteCollection(r: Resource, o: Selection & DeleteOptions): Promise<void>
  /** Anything else; the answer is parsed JSON, or text where it is none. */
  request(method: string, path: string, o?: RequestOptions): Promise<unknown>
  close(): Promise<void>
}

const defaultTimeout = 10_000
const defaultInactivity = 120_000

const patchTypes: Readonly<Record<Patch['type'], string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  // JSON is YAML, and servers before 1.32 know no JSON name for it.
  apply: 'application/apply-patch+yaml',
}

export function createClient(
  config: ConnectionConfig,
  o: { log?: Log; clock?: Clock; userAgent?: string } = {},
): Client {
  const transport = createTransport(config, o.clock ?? systemClock, o.userAgent ?? 'orlop')
  return new JsonClient(transport, o.log ?? silentLog)
}

class JsonClient implements Client {
  readonly #transport: Transport
  readonly #log: Log

  constructor(transport: Transport, log: Log) {
    this.#transport = transport
    this.#log = log
  }

  async request(method: string, path: string, o: RequestOptions = {}): Promise<unknown> {
    const began = this.#transport.clock.now()
    try {
      const answer = await this.#send(method, path, o)
      this.#log.debug({ method, path, ms: this.#transport.clock.now() - began }, 'request')
      return answer
    } catch (e) {
      this.#log.debug(
        { method, path, ms: this.#transport.clock.now() - began, code: kubeErrorCode(e) },
        'request',
      )
      throw e
    }
  }

  async #send(method: string, path: string, o: RequestOptions): Promise<unknown> {
    const deadline = startDeadline(
      this.#transport.clock,
      o.timeout ?? defaultTimeout,
      o.signal,
      `${method} ${path}`,
    )
    try {
      const body = o.body === undefined ? undefined : JSON.stringify(o.body)
      const response = await this.#transport.open(
        {
          method,
          path: withQuery(path, o.query),
          body,
          headers: {
            ...(body === undefined ? {} : { 'content-type': o.contentType ?? 'application/json' }),
            ...o.headers,
          },
        },
        deadline,
      )
      const text = await response.body.text()
      return String(response.headers['content-type']).includes('json') ? JSON.parse(text) : text
    } catch (e) {
      if (deadline.signal.aborted) throw deadline.signal.reason
      if (e instanceof SyntaxError) throw new KubeError('Internal', 'the answer is no JSON', { cause: e })
      throw errorOfConnection(e)
    } finally {
      deadline.end()
    }
  }

  async get<T extends KubeObject>(r: Resource<T>, where: Where, o: CallOptions = {}): Promise<T> {
    return (await this.request('GET', pathOf(r, where), call(o))) as T
  }

  async list<T extends KubeObject>(r: Resource<T>, o: ListOptions = {}): Promise<List<T>> {
    const { namespace, signal, timeout, ...query } = o
    const path = pathOf(r, { namespace })
    const list = (await this.request('GET', path, { query, signal, timeout })) as List<T>
    const apiVersion = apiVersionOf(r)
    // A server written in Go sends null for none.
    list.items ??= []
    for (const item of list.items) {
      // The items of a list carry neither; whoever keeps one needs to know what it is.
      item.apiVersion ??= apiVersion
      item.kind ??= r.kind
    }
    return list
  }

  watch<T extends KubeObject>(r: Resource<T>, o: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const { namespace, signal, inactivityTimeout, ...query } = o
    const path = withQuery(pathOf(r, { namespace }), { ...query, watch: true })
    return watchEvents<T>(this.#transport, path, signal, inactivityTimeout ?? defaultInactivity)
  }

  async create<T extends KubeObject>(
    r: Resource<T>,
    object: T,
    o: WriteOptions & { subresource?: string | undefined } = {},
  ): Promise<T> {
    const { namespace, name } = object.metadata
    if (r.namespaced && !namespace)
      throw new KubeError('BadRequest', `a ${r.kind} was created without a namespace`)
    const path =
      o.subresource === undefined
        ? pathOf(r, { namespace })
        : pathOf(r, { namespace, name, subresource: o.subresource })
    return (await this.request('POST', path, { body: object, query: writeQuery(o), ...call(o) })) as T
  }

  async update<T extends KubeObject>(
    r: Resource<T>,
    object: T,
    o: WriteOptions & { subresource?: string | undefined } = {},
  ): Promise<T> {
    const { namespace, name } = object.metadata
    const path = pathOf(r, { namespace, name, subresource: o.subresource })
    return (await this.request('PUT', path, { body: object, query: writeQuery(o), ...call(o) })) as T
  }

  async patch<T extends KubeObject>(
    r: Resource<T>,
    where: Where,
    patch: Patch,
    o: PatchOptions = {},
  ): Promise<T> {
    return (await this.request('PATCH', pathOf(r, { ...where, subresource: o.subresource }), {
      body: patch.body,
      contentType: patchTypes[patch.type],
      query: { ...writeQuery(o), force: o.force },
      ...call(o),
    })) as T
  }

  apply<T extends KubeObject>(
    r: Resource<T>,
    object: KubeObject,
    o: PatchOptions & { fieldManager: string },
  ): Promise<T> {
    return this.patch(r, object.metadata, { type: 'apply', body: object }, o)
  }

  async delete(r: Resource, where: Where, o: DeleteOptions = {}): Promise<void> {
    await this.request('DELETE', pathOf(r, where), { body: deleteBody(o), ...call(o) })
  }

  async deleteCollection(r: Resource, o: Selection & DeleteOptions): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = o
    await this.request('DELETE', pathOf(r, { namespace }), {
      body: deleteBody(o),
      query: { labelSelector, fieldSelector },
      ...call(o),
    })
  }

  close(): Promise<void> {
    return this.#transport.close()
  }
}

function call(o: CallOptions): CallOptions {
  return { signal: o.signal, timeout: o.timeout }
}

function writeQuery(o: WriteOptions): NonNullable<RequestOptions['query']> {
  return { fieldManager: o.fieldManager, dryRun: o.dryRun ? 'All' : undefined }
}

function deleteBody(o: DeleteOptions): object {
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    ...(o.preconditions === undefined ? {} : { preconditions: o.preconditions }),
    ...(o.propagationPolicy === undefined ? {} : { propagationPolicy: o.propagationPolicy }),
    ...(o.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: o.gracePeriodSeconds }),
    ...(o.dryRun ? { dryRun: ['All'] } : {}),
  }
}

function withQuery(path: string, query: RequestOptions['query'] = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue
    if (typeof value === 'object') for (const one of value) search.append(key, one)
    else search.append(key, String(value))
  }
  const text = search.toString()
  return text === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`
}
