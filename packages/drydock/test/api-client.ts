import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock, Log } from '../src/apiserver/api.ts'
import { isObject, type JsonObject } from '../src/apiserver/object.ts'
import { type ApiServer, type ApiServerOptions, startApiServer } from '../src/apiserver/server.ts'

export const token = 'a-token-for-tests'

export const clock: Clock = {
  now: () => Date.now(),
  setTimer: (ms, fn) => {
    const timer = setTimeout(fn, ms)
    return { cancel: () => clearTimeout(timer) }
  },
}

export const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

export interface Reply {
  code: number
  body: JsonObject
  headers: Record<string, string | string[] | undefined>
}

export interface CallOptions {
  body?: unknown
  contentType?: string
  headers?: Record<string, string>
}

/** A server on a socket of its own, with a folder that goes with it. */
export interface TestServer {
  server: ApiServer
  stateDir: string
  socketPath: string
  call(method: string, path: string, options?: CallOptions): Promise<Reply>
  watch(path: string, headers?: Record<string, string>): Watching
  close(): Promise<void>
  /** Stops it and starts another on the same folder. */
  restart(): Promise<void>
}

export async function startTestServer(options: Partial<ApiServerOptions> = {}): Promise<TestServer> {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'drydock-api-'))
  const socketPath = options.socketPath ?? join(stateDir, 'api.sock')
  const start = () => startApiServer({ stateDir, socketPath, token, log: quiet, clock, ...options })
  const test: TestServer = {
    server: await start(),
    stateDir,
    socketPath,
    call: (method, path, callOptions) => call(socketPath, method, path, callOptions),
    watch: (path, headers) => new Watching(socketPath, path, headers),
    close: async () => {
      await test.server.close()
      rmSync(stateDir, { recursive: true, force: true })
    },
    restart: async () => {
      await test.server.close()
      test.server = await start()
    },
  }
  return test
}

/** One request over the unix socket. */
export async function call(
  socketPath: string,
  method: string,
  path: string,
  { body, contentType = 'application/json', headers = {} }: CallOptions = {},
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const outgoing = httpRequest(
    {
      socketPath,
      method,
      path,
      // A server that was restarted must not be asked over a connection to the one before.
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': contentType,
        'content-length': Buffer.byteLength(text),
        ...headers,
      },
      signal: AbortSignal.timeout(60_000),
    },
    (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ code: response.statusCode ?? 0, body: parse(text), headers: response.headers })
      })
    },
  )
  outgoing.on('error', reject)
  outgoing.end(text)
  return promise
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : { value }
  } catch {
    return { text }
  }
}

export interface SeenEvent {
  type: string
  object: JsonObject
}

/** A running watch and what it has seen so far. */
export class Watching {
  readonly events: SeenEvent[] = []
  code = 0
  ended = false
  readonly #abort = new AbortController()
  #wake: () => void = () => {}

  constructor(socketPath: string, path: string, headers: Record<string, string> = {}) {
    const outgoing = httpRequest(
      {
        socketPath,
        path,
        headers: { authorization: `Bearer ${token}`, ...headers },
        signal: this.#abort.signal,
      },
      (response) => {
        this.code = response.statusCode ?? 0
        this.#wake()
        let rest = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) this.#see(line)
        })
        response.on('error', () => this.#end())
        response.on('end', () => this.#end())
      },
    )
    outgoing.on('error', () => this.#end())
    outgoing.end()
  }

  /** Waits until the events seen satisfy a condition; fails with what was seen. */
  async until(
    condition: (events: readonly SeenEvent[]) => boolean,
    ms = 60_000,
  ): Promise<readonly SeenEvent[]> {
    const deadline = Date.now() + ms
    while (!condition(this.events)) {
      const left = deadline - Date.now()
      if (left <= 0) throw new Error(`condition not met; seen: ${JSON.stringify(this.events)}`)
      await this.#next(left)
    }
    return this.events
  }

  async untilEnded(ms = 60_000): Promise<void> {
    await this.until(() => this.ended, ms)
  }

  async untilOpen(): Promise<this> {
    await this.until(() => this.code !== 0)
    return this
  }

  stop(): void {
    this.#abort.abort()
  }

  async #next(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    this.#wake = () => resolve()
    await promise
    clearTimeout(timer)
  }

  #see(line: string): void {
    const value: unknown = JSON.parse(line)
    if (isObject(value) && isObject(value.object))
      this.events.push({ type: String(value.type), object: value.object })
    this.#wake()
  }

  #end(): void {
    this.ended = true
    this.#wake()
  }
}
