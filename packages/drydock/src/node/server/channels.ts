import { PassThrough, Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import type { TerminalSize } from '../container/terminal.ts'
import { type ExecStatus, parseSize, type RemoteCommand, type RemoteStreams } from './remote-command.ts'

/** Sub-protocols of exec and attach over WebSocket, best first. */
export const channelProtocols: readonly string[] = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'channel.k8s.io',
]

/** The first byte of every message. Source: k8s.io/apimachinery/pkg/util/remotecommand/constants.go. */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const

/** How long the terminal's size is waited for; milliseconds. */
const sizeTimeout = 300

/** Bytes that may wait for the client before the program is held back. */
const highWater = 1024 * 1024

/** Streams of a command over the messages of a WebSocket. */
export function channelStreams(socket: WebSocket, wanted: RemoteCommand): RemoteStreams {
  const gone = new AbortController()
  const stdin = wanted.stdin ? new PassThrough() : undefined
  const size = Promise.withResolvers<TerminalSize | undefined>()
  const timer = setTimeout(() => size.resolve(undefined), sizeTimeout)
  let resized: ((size: TerminalSize) => void) | undefined
  const sized = (told: TerminalSize | undefined): void => {
    if (told) resized?.(told)
    size.resolve(told)
  }
  socket.on('message', (data: RawData) => {
    const message = bytesOf(data)
    const body = message.subarray(1)
    if (message[0] === channel.stdin && stdin && !stdin.writableEnded) {
      if (!stdin.write(body)) {
        socket.pause()
        stdin.once('drain', () => socket.resume())
      }
    } else if (message[0] === channel.resize) sized(parseSize(body.toString('utf8')))
    // v5: the client says which of its channels it has closed.
    else if (message[0] === channel.close && body[0] === channel.stdin) stdin?.end()
  })
  const over = (): void => {
    clearTimeout(timer)
    size.resolve(undefined)
    stdin?.destroy()
    gone.abort()
  }
  socket.on('close', over)
  socket.on('error', over)
  // An empty message on the lowest channel tells the client that the command runs.
  if (wanted.stdout) socket.send(Buffer.from([channel.stdout]))
  return {
    stdin,
    stdout: wanted.stdout ? output(socket, channel.stdout) : undefined,
    stderr: wanted.stderr ? output(socket, channel.stderr) : undefined,
    gone: gone.signal,
    size: () => (wanted.tty ? size.promise : Promise.resolve(undefined)),
    onResize(listener) {
      resized = listener
    },
    async finish(status: ExecStatus) {
      if (gone.signal.aborted) return
      await send(socket, channel.error, Buffer.from(JSON.stringify(status)))
      socket.close(1000)
    },
  }
}

function output(socket: WebSocket, number: number): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const sent = send(socket, number, chunk)
      if (socket.bufferedAmount < highWater) done()
      else void sent.then(() => done())
    },
  })
}

function send(socket: WebSocket, number: number, body: Buffer): Promise<void> {
  return new Promise((resolve) => {
    socket.send(Buffer.concat([Buffer.from([number]), body]), () => resolve())
  })
}

export function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
