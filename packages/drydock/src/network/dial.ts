import { chmod, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Log } from '@orlop/kube'
import { firstLine } from './first-line.ts'
import { NetworkError } from './network-error.ts'

/** For the first line and for the connection, each, in ms. */
const deadline = 5000

interface DialOptions {
  /** Where to listen; made with mode 0600. */
  readonly socketPath: string
  /** Which IPv4 addresses may be asked for. */
  readonly allowed: (address: string) => boolean
  /** From which address connections come, so that policies can tell them from those of nodes and pods. */
  readonly from: string
  readonly log: Log
}

/** A way into the network for processes outside of it, which reach a socket by its path. */
export interface DialServer {
  close(): Promise<void>
}

/**
 * Listens on a unix socket. A client says `10.96.0.7:6379` and a line end, and hears `ok` or `error WHY`; after `ok` the bytes pass
 * both ways, each direction ending by itself.
 */
export async function serveDial(o: DialOptions): Promise<DialServer> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    open.add(client)
    client.once('close', () => open.delete(client))
    client.on('error', () => client.destroy())
    serve(client, o).catch((error: unknown) => {
      o.log.debug({ err: error }, 'no connection into the network')
      if (!client.destroyed) client.end(`error ${error instanceof Error ? error.message : String(error)}\n`)
      // A client that does not hear of it must not hold the socket open.
      client.setTimeout(deadline, () => client.destroy()).resume()
    })
  })
  await rm(o.socketPath, { force: true })
  await listen(server, o.socketPath)
  await chmod(o.socketPath, 0o600)
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

async function serve(client: Socket, { allowed, from }: DialOptions): Promise<void> {
  const line = await firstLine(client, deadline)
  const match = /^(\d+\.\d+\.\d+\.\d+):(\d{1,5})$/.exec(line)
  const [, host = '', port = ''] = match ?? []
  if (!match || Number(port) < 1 || Number(port) > 65_535 || !allowed(host)) {
    throw new NetworkError('DialRefused', 'not the address of a pod or Service, with a port')
  }
  const target = await connected(host, Number(port), from)
  if (client.destroyed) return void target.destroy()
  client.once('close', () => target.destroy())
  // A reset is passed on as well as it can be: both sides end at once.
  target.on('error', () => client.destroy())
  target.once('close', (failed) => {
    if (failed) client.destroy()
  })
  client.write('ok\n')
  client.pipe(target)
  target.pipe(client)
}

function connected(host: string, port: number, localAddress: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, localAddress, allowHalfOpen: true, noDelay: true })
    const fail = (why: string, cause?: Error): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(new NetworkError('DialFailed', why, { cause }))
    }
    const onError = (error: Error): void => fail(error.message, error)
    const timer = setTimeout(() => fail(`${host}:${port} does not answer`), deadline)
    socket.once('error', onError)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', onError)
      resolve(socket)
    })
  })
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
