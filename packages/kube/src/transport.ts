import type { Agent, Dispatcher } from 'undici'
import type { Clock } from './clock.ts'
import type { ConnectionConfig } from './connection.ts'
import { type Deadline, unlessAborted } from './deadline.ts'
import { errorOfAnswer, KubeError } from './errors.ts'

export interface Exchange {
  method: string
  /** Path and query. */
  path: string
  headers?: Record<string, string> | undefined
  body?: string | undefined
}

/** HTTP to one API server: connections kept alive, credentials added, refusals typed. */
export interface Transport {
  readonly clock: Clock
  /**
   * The response, whose status is below 400; the caller reads or destroys the body before the deadline ends.
   * @throws KubeError for an answer; what undici throws, or the reason of the deadline, for none.
   */
  open(exchange: Exchange, deadline: Deadline): Promise<Dispatcher.ResponseData>
  close(): Promise<void>
}

export function createTransport(config: ConnectionConfig, clock: Clock, userAgent: string): Transport {
  let agent: Promise<Agent> | undefined
  let closed = false

  async function headers(exchange: Exchange, signal: AbortSignal): Promise<Record<string, string>> {
    const token =
      typeof config.token === 'function' ? await unlessAborted(config.token(), signal) : config.token
    return {
      accept: 'application/json',
      'user-agent': userAgent,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...config.headers,
      ...exchange.headers,
    }
  }

  return {
    clock,
    async open(exchange, deadline) {
      if (closed) throw new KubeError('Aborted', 'the client is closed')
      agent ??= makeAgent(config)
      const dispatcher = await agent
      const response = await dispatcher.request({
        origin: config.server,
        path: exchange.path,
        method: methodOf(exchange.method),
        headers: await headers(exchange, deadline.signal),
        body: exchange.body ?? null,
        signal: deadline.signal,
      })
      if (response.statusCode < 400) return response
      throw await readError(response)
    },
    async close() {
      closed = true
      // Destroyed, not closed: a watch in flight would keep a graceful close waiting for minutes.
      if (agent) await (await agent).destroy()
    },
  }
}

/** The credentials and address of a connection as undici takes them. */
export async function makeAgent(config: ConnectionConfig): Promise<Agent> {
  // Loaded at the first request: a command line that speaks to no cluster starts sooner.
  const { Agent } = await import('./undici.ts')
  return new Agent({
    // One connection a request: a connection that hangs stalls one watch, not all of them.
    allowH2: false,
    // Deadlines are kept here, by the clock that was given.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      // Before the idle time-outs of load balancers, commonly 60 s.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      ...(config.socketPath === undefined ? {} : { socketPath: config.socketPath }),
      ...(config.ca === undefined ? {} : { ca: config.ca }),
      ...(config.cert === undefined ? {} : { cert: config.cert }),
      ...(config.key === undefined ? {} : { key: config.key }),
      ...(config.serverName === undefined ? {} : { servername: config.serverName }),
      ...(config.insecureSkipTLSVerify ? { rejectUnauthorized: false } : {}),
    },
  })
}

async function readError(response: Dispatcher.ResponseData): Promise<KubeError> {
  const text = await response.body.text()
  const retryAfter = response.headers['retry-after']
  return errorOfAnswer(
    response.statusCode,
    parseOrText(text),
    typeof retryAfter === 'string' ? retryAfter : undefined,
  )
}

/** A proxy in between answers in HTML or plain text. */
function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function methodOf(method: string): Dispatcher.HttpMethod {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'POST':
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
    case 'OPTIONS':
      return method
    default:
      throw new KubeError('BadRequest', `no such HTTP method: ${method}`)
  }
}
