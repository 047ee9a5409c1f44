import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Api } from './api.ts'
import { discover } from './discovery.ts'
import { Dispatcher } from './dispatch.ts'
import { objectsAt, stringAt } from './object.ts'
import { PublishedSchemas } from './published-schemas.ts'
import { acceptedForm } from './request/accept.ts'
import { mediaType, readBody } from './request/body.ts'
import { parseResourcePath, type ResourceRequest, verbOf } from './request/resource-request.ts'
import { respond, respondError, sendJson } from './respond.ts'
import { ApiError, badRequest, pageNotFound, toApiError, unauthorized } from './status.ts'
import { proxyUpgrade } from './subresources/kubelet-proxy.ts'

/** Paths that answer without a token, as on a real server. */
const open: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/'])

/** What every request passes on its way in: who asks, what for, and which answer or error goes back. */
export class Door {
  readonly #api: Api
  readonly #dispatcher: Dispatcher
  readonly #schemas: PublishedSchemas

  constructor(api: Api) {
    this.#api = api
    this.#dispatcher = new Dispatcher(api)
    this.#schemas = new PublishedSchemas(api)
  }

  /** Answers one request; never throws. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#serve(request, response)
    } catch (thrown) {
      respondError(response, this.#logged(thrown, request))
    }
  }

  /** Answers a request that asks to become something else than HTTP: exec, attach, port-forward. Never throws. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    try {
      const url = this.#admit(request)
      const gone = new AbortController()
      socket.on('close', () => gone.abort())
      const understood = this.#understand(request, url, gone.signal, () => {})
      if (understood.verb !== 'connect') throw badRequest('only exec, attach and portforward can be upgraded')
      await proxyUpgrade(this.#api, understood, { request, socket, head })
    } catch (thrown) {
      const { httpStatus, status } = this.#logged(thrown, request)
      const body = JSON.stringify(status)
      socket.end(
        `HTTP/1.1 ${httpStatus} ${status.reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      )
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = this.#admit(request)
    if (await this.#schemas.serve(url, request, response)) return
    const discovered = discover(this.#api, url.pathname, request)
    if (discovered !== undefined) {
      sendJson(response, 200, discovered.body, discovered.type)
      return
    }
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const warn = (text: string) => response.appendHeader('warning', `299 - ${JSON.stringify(text)}`)
    const understood = this.#understand(request, url, gone.signal, warn)
    warnOfDeprecation(understood)
    if (understood.verb !== 'connect') acceptedForm(request.headers.accept, understood.name === '')
    const reads = understood.method === 'GET' || understood.method === 'HEAD' || understood.verb === 'connect'
    const body = reads ? undefined : await readBody(request, understood)
    await respond(
      this.#api,
      request,
      response,
      url.searchParams,
      await this.#dispatcher.answer({ ...understood, body }),
    )
  }

  #understand(
    request: IncomingMessage,
    url: URL,
    gone: AbortSignal,
    warn: ResourceRequest['warn'],
  ): ResourceRequest {
    const path = parseResourcePath(url.pathname, this.#api.registry)
    if (path === undefined) throw pageNotFound()
    const method = request.method ?? 'GET'
    return {
      ...path,
      verb: verbOf(method, path, url.searchParams),
      method,
      query: url.searchParams,
      body: undefined,
      contentType: mediaType(request),
      userAgent: request.headers['user-agent'] ?? '',
      token: bearer(request),
      warn,
      signal: AbortSignal.any([gone, this.#api.closing]),
    }
  }

  /** Throws Unauthorized, or Forbidden for a web page: no page has business here, whatever token it got hold of. */
  #admit(request: IncomingMessage): URL {
    const url = parseUrl(request.url ?? '/')
    if (request.headers.origin !== undefined) {
      throw new ApiError(403, 'Forbidden', 'requests from web pages (with an Origin header) are refused')
    }
    if (open.has(url.pathname)) return url
    if (this.#api.authenticator.user(bearer(request)) === undefined) throw unauthorized()
    return url
  }

  #logged(thrown: unknown, request: IncomingMessage): ApiError {
    const error = toApiError(thrown)
    if (error.httpStatus >= 500) {
      this.#api.log.error({ err: thrown, method: request.method, url: request.url }, 'request failed')
    }
    return error
  }
}

/** '' without one. */
function bearer({ headers }: IncomingMessage): string {
  return /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
}

function parseUrl(text: string): URL {
  try {
    return new URL(text, 'http://localhost')
  } catch (error) {
    throw badRequest(`the path cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

/** A version that its definition calls deprecated says so with every answer. */
function warnOfDeprecation({ kind, warn }: ResourceRequest): void {
  const version = objectsAt(kind.crd, 'spec', 'versions').find(({ name }) => name === kind.version)
  if (version?.deprecated !== true) return
  warn(stringAt(version, 'deprecationWarning') ?? `${kind.group}/${kind.version} ${kind.kind} is deprecated`)
}
