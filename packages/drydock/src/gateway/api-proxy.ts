/**
 * Lets programs of this machine, and pods, speak to the API server: HTTPS, passed on through its socket. A browser must
 * not get in, whatever page it shows: requests that name another host (DNS rebinding) or come from a page are refused.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { createServer, type Server } from 'node:https'
import { connect } from 'node:net'
import type { Certificate } from '../certificate/issue.ts'

export interface ApiProxy {
  readonly port: number
  close(): Promise<void>
}

/** Where it listens, and which names it answers to. */
export interface ApiPlace {
  readonly address: string
  readonly hosts: readonly string[]
}

const thisMachine: ApiPlace = { address: '127.0.0.1', hosts: ['127.0.0.1', 'localhost'] }

/** Listens on loopback, or another place, at the port `wanted`, or on a free port when that one is taken. */
export async function startApiProxy(
  socketPath: string,
  wanted: number,
  certificate: Certificate,
  { address: host, hosts }: ApiPlace = thisMachine,
): Promise<ApiProxy> {
  const server = createServer({ ...certificate, requestTimeout: 0 }, (request, response) => {
    const objection = objectionTo(request, hosts)
    if (objection !== undefined) {
      response.writeHead(403, { 'content-type': 'text/plain' }).end(`${objection}\n`)
      return
    }
    const passed = httpRequest({
      socketPath,
      method: request.method,
      path: request.url,
      headers: request.headers,
    })
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      // A watch has begun before its first event: whoever waits for that must hear of it.
      response.flushHeaders()
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    passed.on('error', (error) => {
      if (response.headersSent) response.destroy()
      else
        response
          .writeHead(503, { 'content-type': 'text/plain' })
          .end(`the API server does not answer: ${error.message}\n`)
    })
    response.on('close', () => passed.destroy())
    request.pipe(passed)
  })
  // A client that keeps a connection for later must not find it closed just as it sends the next request.
  server.keepAliveTimeout = 120_000
  server.on('upgrade', (request, client, head) => {
    if (objectionTo(request, hosts) !== undefined) return void client.destroy()
    const upstream = connect(socketPath, () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`]
      for (let i = 0; i + 1 < request.rawHeaders.length; i += 2)
        lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`)
      upstream.write(`${lines.join('\r\n')}\r\n\r\n`)
      upstream.write(head)
      client.pipe(upstream).pipe(client)
    })
    upstream.on('error', () => client.destroy())
    client.on('error', () => upstream.destroy())
    client.on('close', () => upstream.destroy())
  })
  await listen(server, wanted, host).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    return listen(server, 0, host)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the API proxy has no port')
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

export function objectionTo(
  request: Pick<IncomingMessage, 'headers'>,
  hosts: readonly string[] = thisMachine.hosts,
): string | undefined {
  const host = request.headers.host?.replace(/:\d+$/, '').toLowerCase()
  if (host === undefined || !hosts.includes(host))
    return `this server answers to ${hosts.slice(0, -1).join(', ')} and ${hosts.at(-1)} only`
  if (request.headers.origin !== undefined) return 'this server does not speak to browsers'
  return undefined
}
