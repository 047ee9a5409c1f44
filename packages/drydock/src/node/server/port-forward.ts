import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { NodeError } from '../node-error.ts'
import { SpdyConnection, type SpdyStream } from '../spdy/connection.ts'
import { bytesOf } from './channels.ts'
import type { KubeletRequest } from './request.ts'

/** How long a connection to a pod may take; milliseconds. */
const connectTimeout = 5000

/** A pod's address, and the node's own from which it is reached, where it has one: no policy keeps a node from its pods. */
export interface Reached {
  readonly host: string
  readonly localAddress?: string
}

/** Port-forward over SPDY: for each connection a pair of streams, `error` and `data`, with the same `requestid`. */
export function forwardSpdy(transport: Duplex, pod: Reached): void {
  const pairs = new Map<string, { error?: SpdyStream; data?: SpdyStream }>()
  new SpdyConnection(transport, (stream) => {
    const id = stream.headers.requestid ?? String(stream.id)
    const pair = pairs.get(id) ?? {}
    pairs.set(id, pair)
    if (stream.headers.streamtype === 'error') pair.error = stream
    else pair.data = stream
    if (!pair.error || !pair.data) return
    pairs.delete(id)
    join(pair.data, pair.error, pod, Number(stream.headers.port))
  })
}

/** Joins one stream with one port of the pod; what goes wrong is said on the other stream. */
function join(data: SpdyStream, error: SpdyStream, pod: Reached, port: number): void {
  error.resume()
  const socket = dial(pod, port)
  const fail = (cause: Error): void => {
    error.end(`error forwarding port ${port} to pod at ${pod.host}: ${cause.message}`)
    data.end()
  }
  socket.on('error', fail)
  socket.on('close', () => {
    if (!error.writableEnded) error.end()
    if (!data.writableEnded) data.end()
  })
  data.on('close', () => socket.destroy())
  data.pipe(socket)
  socket.pipe(data)
}

function dial(pod: Reached, port: number): Socket {
  const socket = connect({ ...pod, port, allowHalfOpen: true })
  socket.setTimeout(connectTimeout, () => socket.destroy(new Error('connection timed out')))
  socket.on('connect', () => socket.setTimeout(0))
  return socket
}

/**
 * Port-forward over plain WebSocket messages: two channels a port, data and error, each begun by the server with the port's number.
 * Source: pkg/kubelet/portforward (kubelet/pkg/cri/streaming/portforward/websocket.go).
 */
export function forwardChannels(socket: WebSocket, pod: Reached, asked: KubeletRequest): void {
  const ports = portsOf(asked)
  const connections = ports.map((port, index) => {
    const [data, error] = [index * 2, index * 2 + 1]
    const number = Buffer.alloc(2)
    number.writeUInt16LE(port)
    socket.send(Buffer.concat([Buffer.from([data]), number]))
    socket.send(Buffer.concat([Buffer.from([error]), number]))
    const connection = dial(pod, port)
    connection.on('data', (bytes: Buffer) => {
      connection.pause()
      socket.send(Buffer.concat([Buffer.from([data]), bytes]), () => connection.resume())
    })
    connection.on('error', (cause) =>
      socket.send(Buffer.concat([Buffer.from([error]), Buffer.from(cause.message)])),
    )
    return connection
  })
  let open = connections.length
  for (const connection of connections) {
    connection.on('end', () => connection.end())
    connection.on('close', () => --open === 0 && socket.close(1000))
  }
  socket.on('message', (message: RawData) => {
    const bytes = bytesOf(message)
    const channel = bytes[0] ?? 0
    if (channel % 2 === 0) connections[channel / 2]?.write(bytes.subarray(1))
  })
  socket.on('close', () => {
    for (const connection of connections) connection.destroy()
  })
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
