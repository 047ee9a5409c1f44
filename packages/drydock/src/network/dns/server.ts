/** The cluster's name service: UDP and TCP on one address. */
import { createSocket } from 'node:dgram'
import { createServer, type Socket } from 'node:net'
import { type Namespace, Reflector, resources } from '@orlop/kube'
import { decode, encode, type Packet } from 'dns-packet'
import type { ServiceWatch, ServiceWatchOptions } from '../service-watch.ts'
import { answer } from './answer.ts'
import { datagram, withExtension } from './fit.ts'
import { namedBy } from './zone.ts'

export interface DnsOptions extends ServiceWatchOptions {
  readonly watched: ServiceWatch
  readonly address: string
  readonly port?: number
}

/** Resolves once it answers; runs until `signal` aborts. */
export async function startDns(o: DnsOptions): Promise<{ stopped: Promise<void> }> {
  const { log, signal } = o
  const namespaces = new Reflector<Namespace>({ ...o, resource: resources.namespaces })
  const ended = namespaces.run(signal)
  await namespaces.synced(signal)
  const { services, slices } = o.watched
  const named = namedBy(services, slices, (name) => namespaces.store.get(name) !== undefined)
  const respond = (message: Buffer): Exchange | undefined => {
    try {
      const query = decode(message)
      if (query.type === 'response') return undefined
      return { query, response: withExtension(query, answer(query, named)) }
    } catch (error) {
      log.debug({ err: error }, 'a question that could not be read')
      return undefined
    }
  }
  const closers = await Promise.all([listenUdp(o, respond), listenTcp(o, respond)])
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  }).then(async () => {
    for (const close of closers) close()
    await ended
  })
  return { stopped }
}

interface Exchange {
  readonly query: Packet
  readonly response: Packet
}

type Respond = (message: Buffer) => Exchange | undefined

function listenUdp({ address, port = 53, log }: DnsOptions, respond: Respond): Promise<() => void> {
  const socket = createSocket('udp4')
  socket.on('message', (message, from) => {
    const exchange = respond(message)
    if (exchange) socket.send(datagram(exchange.query, exchange.response), from.port, from.address)
  })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, address, () => {
      socket.off('error', reject)
      socket.on('error', (error) => log.warn({ err: error }, 'the name service could not answer'))
      resolve(() => socket.close())
    })
  })
}

function listenTcp({ address, port = 53 }: DnsOptions, respond: Respond): Promise<() => void> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.setTimeout(10_000, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => open.delete(socket))
    let pending = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const length = pending.readUInt16BE(0)
        const exchange = respond(pending.subarray(2, 2 + length))
        pending = pending.subarray(2 + length)
        if (!exchange) return void socket.destroy()
        const body = encode(exchange.response)
        const head = Buffer.alloc(2)
        head.writeUInt16BE(body.length)
        socket.write(Buffer.concat([head, body]))
      }
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.off('error', reject)
      resolve(() => {
        server.close()
        for (const socket of open) socket.destroy()
      })
    })
  })
}
