/** The cluster's name service: UDP and TCP on one address. */
import { createSocket } from 'node:dgram'
import { createServer, type Socket } from 'node:net'
import { decode, encode, type Packet } from 'dns-packet'
import type { ServiceWatch, ServiceWatchOptions } from '../service-watch.ts'
import { answer } from './answer.ts'
import { buildZone, type Zone } from './zone.ts'

export interface DnsOptions extends ServiceWatchOptions {
  readonly watched: ServiceWatch
  readonly address: string
  readonly port?: number
}

/** What fits into a datagram that nobody has to cut; more is asked for again over TCP. */
const datagram = 1232
const truncated = 0x0200

/** Resolves once it answers; runs until `signal` aborts. */
export async function startDns(o: DnsOptions): Promise<{ stopped: Promise<void> }> {
  const { log, signal } = o
  const { services, slices } = o.watched
  // Built when somebody asks: changes come in bursts, questions seldom.
  let zone: Zone | undefined
  const forget = (): void => {
    zone = undefined
  }
  services.subscribe(forget)
  slices.subscribe(forget)
  const respond = (message: Buffer): Packet | undefined => {
    try {
      zone ??= buildZone(services.store.list(), slices.store.list())
      return answer(decode(message), zone)
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
  })
  return { stopped }
}

type Respond = (message: Buffer) => Packet | undefined

function listenUdp({ address, port = 53, log }: DnsOptions, respond: Respond): Promise<() => void> {
  const socket = createSocket('udp4')
  socket.on('message', (message, from) => {
    const response = respond(message)
    if (!response) return
    const full = encode(response)
    const small =
      full.length <= datagram
        ? full
        : encode({ ...response, answers: [], additionals: [], flags: (response.flags ?? 0) | truncated })
    socket.send(small, from.port, from.address)
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
        const response = respond(pending.subarray(2, 2 + length))
        pending = pending.subarray(2 + length)
        if (!response) return void socket.destroy()
        const body = encode(response)
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
