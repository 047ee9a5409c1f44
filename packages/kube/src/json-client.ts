import type {
  CallOptions,
  Client,
  DeleteOptions,
  List,
  ListOptions,
  Patch,
  PatchOptions,
  RequestOptions,
  Selection,
  WatchOptions,
  Where,
  WriteOptions,
} from './client.ts'
import { type Clock, systemClock } from './clock.ts'
import type { ConnectionConfig } from './connection.ts'
import { startDeadline } from './deadline.ts'
import { errorOfConnection, KubeError, kubeErrorCode } from './errors.ts'
import { type Log, silentLog } from './log.ts'
import type { KubeObject } from './object.ts'
import { apiVersionOf, pathOf, type Resource } from './resources.ts'
import { createTransport, type Transport } from './transport.ts'
import { type WatchEvent, watchEvents } from './watch.ts'

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
      const isJson = String(response.headers['content-type']).includes('json') && text !== ''
      return isJson ? JSON.parse(text) : text
    } catch (e) {
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
