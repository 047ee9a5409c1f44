import { mkdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Gate } from '../gate.ts'
import { messageOf, NodeError } from '../node-error.ts'
import { serveLogs } from './container-logs.ts'
import { type ServerContext, workerOf } from './context.ts'
import { parseRequest } from './request.ts'
import { statsSummary } from './stats-summary.ts'
import { upgrade } from './upgrade.ts'

/** Serves logs, exec, attach, port-forward and what containers use on a unix socket; the API server, which has asked who may, passes requests on. */
export async function startKubeletServer(
  o: ServerContext & { socket: string; link: Gate },
): Promise<{ close(): Promise<void> }> {
  await mkdir(dirname(o.socket), { recursive: true, mode: 0o700 })
  await rm(o.socket, { force: true })
  const server = createServer((request, response) => {
    answer(o, request, response).catch((error: unknown) => refuse(response, error))
  })
  // The server forgets connections that were upgraded; they would keep it from closing.
  const connections = new Set<Socket>()
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
  })
  server.on('upgrade', (request, socket, head) => {
    upgrade(o, request, socket, head).catch((error: unknown) => {
      o.log.info({ err: error, url: request.url }, 'a stream was refused')
      const text = messageOf(error)
      socket.end(
        `HTTP/1.1 ${statusOf(error)} Refused\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
      )
    })
  })
  const listen = (): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(o.socket, () => {
        server.off('error', reject)
        resolve()
      })
    })
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const connection of connections) connection.destroy()
    await closed
  }
  // A node that is cut off answers nobody.
  let turn = o.link.isOpen ? listen() : Promise.resolve()
  const stop = o.link.onChange((open) => {
    turn = turn.then(open ? listen : close).catch((error: unknown) => {
      o.log.error({ err: error, socket: o.socket }, 'the socket of a node could not be opened or closed')
    })
  })
  await turn
  return {
    async close() {
      stop()
      await turn
      if (server.listening) await close()
    },
  }
}

async function answer(o: ServerContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/stats/summary') {
    const text = JSON.stringify(await statsSummary(o))
    return void response.writeHead(200, { 'content-type': 'application/json' }).end(text)
  }
  const asked = parseRequest(request.url ?? '')
  if (asked?.kind !== 'containerLogs')
    throw new NodeError(asked ? 'BadRequest' : 'NotFound', asked ? 'Upgrade request required' : 'not found')
  await serveLogs(o, asked, workerOf(o, asked), response)
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(statusOf(error), { 'content-type': 'text/plain' }).end(messageOf(error))
}

function statusOf(error: unknown): number {
  if (!(error instanceof NodeError)) return 500
  return error.code === 'NotFound' ? 404 : 400
}
