/** Speaks plain HTTP to an API server, whichever it is: a case sees exactly what came over the wire. */
import type { IncomingMessage, RequestOptions } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { createInterface } from 'node:readline'
import type { ConnectionConfig } from '@orlop/kube'

const PATIENCE = 120_000

/** What a JSON object may hold; cases look into answers by paths that they expect to be there. */
// biome-ignore lint/suspicious/noExplicitAny: answers of a server under test have no type that could be relied on.
export type Json = any

export interface Reply {
  readonly code: number
  readonly headers: IncomingMessage['headers']
  /** Parsed where the server called it JSON, text otherwise. */
  readonly body: Json
}

export interface CallOptions {
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  readonly headers?: Record<string, string>
}

export interface WatchLine {
  readonly type: string
  readonly object: Json
}

/** Paths begin with `/api` or `/apis` and carry their query. */
export class Api {
  readonly #connection: ConnectionConfig
  readonly #agent: Agent

  constructor(connection: ConnectionConfig) {
    this.#connection = connection
    this.#agent = new Agent({ keepAlive: true, ...(connection.ca ? { ca: connection.ca } : {}) })
  }

  get(path: string, o?: CallOptions): Promise<Reply> {
    return this.call('GET', path, o)
  }

  post(path: string, body: unknown, o?: CallOptions): Promise<Reply> {
    return this.call('POST', path, { ...o, body })
  }

  put(path: string, body: unknown, o?: CallOptions): Promise<Reply> {
    return this.call('PUT', path, { ...o, body })
  }

  delete(path: string, body?: unknown, o?: CallOptions): Promise<Reply> {
    return this.call('DELETE', path, body === undefined ? o : { ...o, body })
  }

  patch(path: string, type: keyof typeof patchTypes, body: unknown): Promise<Reply> {
    return this.call('PATCH', path, { body, contentType: patchTypes[type] })
  }

  /** Server-side apply. `query` is added to the path: `force=true`. */
  apply(path: string, manager: string, body: unknown, query = ''): Promise<Reply> {
    return this.patch(`${path}?fieldManager=${manager}${query && `&${query}`}`, 'apply', body)
  }

  async call(method: string, path: string, o: CallOptions = {}): Promise<Reply> {
    const text = o.body === undefined ? '' : typeof o.body === 'string' ? o.body : JSON.stringify(o.body)
    const signal = AbortSignal.timeout(PATIENCE)
    const answer = await this.#open(method, path, text, signal, {
      // Node tells no length of what it sends with DELETE, and the server would take it for the next request.
      ...(text === ''
        ? {}
        : {
            'content-type': o.contentType ?? 'application/json',
            'content-length': String(Buffer.byteLength(text)),
          }),
      accept: o.accept ?? 'application/json',
      ...o.headers,
    })
    const chunks: Buffer[] = []
    for await (const chunk of answer) chunks.push(chunk)
    const received = Buffer.concat(chunks).toString()
    const isJson = answer.headers['content-type']?.startsWith('application/json') ?? false
    return {
      code: answer.statusCode ?? 0,
      headers: answer.headers,
      body: isJson && received !== '' ? JSON.parse(received) : received,
    }
  }

  /** Opens a watch; resolves as soon as the server has answered. `watch=true` is in the path already. */
  async watch(
    path: string,
    o: { accept?: string; onEvent?: (event: WatchLine) => void } = {},
  ): Promise<Watch> {
    // Of the answer only: the watch itself lasts for as long as the case.
    const opening = new AbortController()
    const timer = setTimeout(() => opening.abort(), PATIENCE)
    const accept = o.accept ?? 'application/json'
    const answer = this.#open('GET', path, '', opening.signal, { accept })
    return new Watch(await answer.finally(() => clearTimeout(timer)), o.onEvent)
  }

  async #open(
    method: string,
    path: string,
    text: string,
    signal: AbortSignal,
    headers: Record<string, string>,
  ): Promise<IncomingMessage> {
    const { server, token, ca } = this.#connection
    const bearer = typeof token === 'function' ? await token() : token
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      headers: { ...(bearer ? { authorization: `Bearer ${bearer}` } : {}), ...headers },
      signal,
    }
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    httpsRequest(new URL(path, server), { ...options, ...(ca ? { ca } : {}) }, resolve)
      .on('error', reject)
      .end(text)
    return await promise
  }

  close(): void {
    this.#agent.destroy()
  }
}

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** The events of one watch, in the order they came. */
export class Watch {
  readonly code: number
  readonly headers: IncomingMessage['headers']
  readonly events: WatchLine[] = []
  /** Fulfilled when the server ends the stream. */
  readonly ended: Promise<void>
  readonly #answer: IncomingMessage
  readonly #looks = new Set<() => void>()

  constructor(answer: IncomingMessage, onEvent: (event: WatchLine) => void = () => {}) {
    this.#answer = answer
    this.code = answer.statusCode ?? 0
    this.headers = answer.headers
    const lines = createInterface({ input: answer })
    lines.on('line', (line) => {
      const event: WatchLine = JSON.parse(line)
      this.events.push(event)
      onEvent(event)
      for (const look of this.#looks) look()
    })
    answer.on('error', () => {})
    this.ended = new Promise((resolve) => lines.on('close', resolve))
  }

  /** Waits until `enough` says so of what came so far; after a minute it fails and tells what came. */
  async until(enough: (events: readonly WatchLine[]) => boolean): Promise<readonly WatchLine[]> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const look = () => enough(this.events) && resolve(true)
    this.#looks.add(look)
    look()
    const timer = setTimeout(() => resolve(false), 60_000)
    const came = await promise
    clearTimeout(timer)
    this.#looks.delete(look)
    if (came) return this.events
    const seen = this.events.map((e) => `${e.type} ${e.object.metadata?.name ?? ''}`)
    throw new Error(`the watch did not bring what was waited for; seen: ${JSON.stringify(seen)}`)
  }

  /** Waits for the n-th event, counted from 1. */
  async event(n: number): Promise<WatchLine> {
    const event = (await this.until((events) => events.length >= n))[n - 1]
    if (event === undefined) throw new Error(`no event ${n}`)
    return event
  }

  close(): void {
    this.#answer.destroy()
  }
}
