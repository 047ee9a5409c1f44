import { createHash } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** The server's end of one connection: whole binary messages of less than 64 KiB. */
export interface Peer {
  readonly path: string
  readonly headers: NodeJS.Dict<string | string[]>
  send(...bytes: number[]): void
  close(): void
  /** Breaks the connection without a word. */
  cut(): void
  onMessage: (bytes: Buffer) => void
}

/** Just enough of RFC 6455 for a test: one frame a message. Plain requests are answered by `refuse`. */
export async function startWebSocketServer(
  socketPath: string,
  onPeer: (peer: Peer) => void,
  o: { protocol: string; refuse?: (response: ServerResponse) => void },
): Promise<Server> {
  const server = createServer((_, response) => o.refuse?.(response))
  server.on('upgrade', (request, socket: Duplex) => {
    if (o.refuse) {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
        `sec-websocket-accept: ${accept}\r\nsec-websocket-protocol: ${o.protocol}\r\n\r\n`,
    )
    const peer: Peer = {
      path: request.url ?? '',
      headers: request.headers,
      send: (...bytes) => void socket.write(frame(2, Buffer.from(bytes))),
      close: () => void socket.end(frame(8, Buffer.from([3, 232]))),
      cut: () => void socket.destroy(),
      onMessage: () => {},
    }
    let pending = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk])
      for (let read = unframe(pending); read; read = unframe(pending)) {
        pending = pending.subarray(read.length)
        if (read.opcode === 8) peer.close()
        else peer.onMessage(read.payload)
      }
    })
    onPeer(peer)
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return server
}

function frame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length
  const head = length < 126 ? [0x80 | opcode, length] : [0x80 | opcode, 126, length >> 8, length & 255]
  return Buffer.concat([Buffer.from(head), payload])
}

function unframe(bytes: Buffer): { opcode: number; payload: Buffer; length: number } | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1) & 127
  if (short === 127 || (short === 126 && bytes.length < 4)) return undefined
  const start = short === 126 ? 4 : 2
  const size = short === 126 ? bytes.readUInt16BE(2) : short
  const length = start + 4 + size
  if (bytes.length < length) return undefined
  const mask = bytes.subarray(start, start + 4)
  const payload = Buffer.from(bytes.subarray(start + 4, length))
  for (let i = 0; i < size; i++) payload.writeUInt8(payload.readUInt8(i) ^ mask.readUInt8(i % 4), i)
  return { opcode: bytes.readUInt8(0) & 15, payload, length }
}
