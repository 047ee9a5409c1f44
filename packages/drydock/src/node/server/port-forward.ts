import type { Socket } from 'node:net'
import { type Duplex, PassThrough } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { messageOf, NodeError } from '../node-error.ts'
import { SpdyConnection, type SpdyStream } from '../spdy/connection.ts'
import { bytesOf } from './channels.ts'
import type { PodDialer } from './pod-dialer.ts'
import type { KubeletRequest } from './request.ts'

/** Port-forward over SPDY: for each connection a pair of streams, `error` and `data`, with the same `requestid`. */
export function forwardSpdy(transport: Duplex, pod: PodDialer): void {
  const pairs = new Map<string, { error?: SpdyStream; data?: SpdyStream }>()
  const connection = new SpdyConnection(transport, (stream) => {
    const id = stream.headers.requestid ?? String(stream.id)
    const pair = pairs.get(id) ?? {}
    pairs.set(id, pair)
    if (stream.headers.streamtype === 'error') pair.error = stream
    else pair.data = stream
    if (!pair.error || !pair.data) return
    pairs.delete(id)
    void join(pair.data, pair.error, pod, Number(stream.headers.port))
  })
  connection.closed.addEventListener('abort', () => pod.close(), { once: true })
}

/** Joins one stream with one port of the pod; what goes wrong is said on the other stream. Never rejects. */
async function join(data: SpdyStream, error: SpdyStream, pod: PodDialer, port: number): Promise<void> {
  error.resume()
  const fail = (cause: unknown): void => {
    error.end(`error forwarding port ${port} to pod: ${messageOf(cause)}`)
    data.end()
  }
  try {
    const socket = await pod.dial(port)
    socket.on('error', fail)
    socket.on('close', () => {
      if (!error.writableEnded) error.end()
      if (!data.writableEnded) data.end()
    })
    data.on('close', () => socket.destroy())
    if (data.destroyed) return void socket.destroy()
    data.pipe(socket)
    socket.pipe(data)
  } catch (cause) {
    fail(cause)
  }
}

/**
 * Port-forward over plain WebSocket messages: two channels a port, data and error, each begun by the server with the port's number.
 * Source: pkg/kubelet/portforward (kubelet/pkg/cri/streaming/portforward/websocket.go).
 */
export function forwardChannels(socket: WebSocket, pod: PodDialer, asked: KubeletRequest): void {
  const ports = portsOf(asked)
  const inputs = ports.map(() => new PassThrough())
  let open = ports.length
  const close = (): void => {
    if (--open === 0) socket.close(1000)
  }
  ports.forEach((port, index) => {
    const [data, error] = [index * 2, index * 2 + 1]
    const number = Buffer.alloc(2)
    number.writeUInt16LE(port)
    socket.send(Buffer.concat([Buffer.from([data]), number]))
    socket.send(Buffer.concat([Buffer.from([error]), number]))
    const fail = (cause: unknown): void =>
      socket.send(Buffer.concat([Buffer.from([error]), Buffer.from(messageOf(cause))]))
    const joined = (connection: Socket): void => {
      connection.on('data', (bytes: Buffer) => {
        connection.pause()
        socket.send(Buffer.concat([Buffer.from([data]), bytes]), () => connection.resume())
      })
      connection.on('error', fail)
      connection.on('end', () => connection.end())
      connection.on('close', close)
      socket.on('close', () => connection.destroy())
      inputs[index]?.pipe(connection)
    }
    pod.dial(port).then(joined, (cause: unknown) => {
      fail(cause)
      close()
    })
  })
  socket.on('message', (message: RawData) => {
    const bytes = bytesOf(message)
    const channel = bytes[0] ?? 0
    if (channel % 2 === 0) inputs[channel / 2]?.write(bytes.subarray(1))
  })
  socket.on('close', () => pod.close())
}

/** Throws NodeError `BadRequest` when no port is named. */
export function portsOf(asked: KubeletRequest): readonly number[] {
  const ports = asked.query
    .getAll('ports')
    .concat(asked.query.getAll('port'))
    .flatMap((text) => text.split(','))
    .map(Number)
  const good = ports.filter((port) => Number.isInteger(port) && port > 0 && port < 65536)
  if (good.length === 0 || good.length !== ports.length)
    throw new NodeError('BadRequest', 'query parameter "ports" must name ports')
  return good
}
