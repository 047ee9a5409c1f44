import type { Duplex } from 'node:stream'
import type { TerminalSize } from '../container/terminal.ts'
import { NodeError } from '../node-error.ts'
import { SpdyConnection, type SpdyStream } from '../spdy/connection.ts'
import { type ExecStatus, parseSize, type RemoteCommand, type RemoteStreams } from './remote-command.ts'

/** How long the streams of one command may take to be opened; the kubelet's own limit; milliseconds. */
const openTimeout = 30_000
const sizeTimeout = 300

/** Streams of a command over SPDY, as kubectl before 1.31 opens them: each with a header `streamtype`. */
export async function spdyStreams(transport: Duplex, wanted: RemoteCommand): Promise<RemoteStreams> {
  const names = [
    'error',
    ...(['stdin', 'stdout', 'stderr'] as const).filter((name) => wanted[name]),
    ...(wanted.tty ? ['resize'] : []),
  ]
  const streams = new Map<string, SpdyStream>()
  const complete = Promise.withResolvers<void>()
  const connection = new SpdyConnection(transport, (stream) => {
    streams.set(stream.headers.streamtype ?? '', stream)
    if (names.every((name) => streams.has(name))) complete.resolve()
  })
  const timer = setTimeout(
    () => complete.reject(new NodeError('TimedOut', 'the streams were not opened in time')),
    openTimeout,
  )
  connection.closed.addEventListener(
    'abort',
    () => complete.reject(new NodeError('NotRunning', 'the client went away')),
    { once: true },
  )
  await complete.promise.finally(() => clearTimeout(timer))
  return {
    stdin: streams.get('stdin'),
    stdout: streams.get('stdout'),
    stderr: streams.get('stderr'),
    gone: connection.closed,
    ...sizesOf(streams.get('resize')),
    async finish(status: ExecStatus) {
      if (connection.closed.aborted) return
      const ends = [streams.get('stdout'), streams.get('stderr')].map((stream) => ended(stream))
      await ended(streams.get('error'), JSON.stringify(status))
      await Promise.all(ends)
      await connection.end()
    },
  }
}

function ended(stream: SpdyStream | undefined, last = ''): Promise<void> {
  if (!stream || stream.destroyed || stream.writableEnded) return Promise.resolve()
  return new Promise((resolve) => {
    stream.on('close', () => resolve())
    stream.end(last, () => resolve())
  })
}

/** The sizes of a terminal, as they come: objects of JSON one after the other. */
function sizesOf(stream: SpdyStream | undefined): Pick<RemoteStreams, 'size' | 'onResize'> {
  const first = Promise.withResolvers<TerminalSize | undefined>()
  let listener: ((size: TerminalSize) => void) | undefined
  setTimeout(() => first.resolve(undefined), sizeTimeout)
  stream?.on('data', (chunk: Buffer) => {
    const size = parseSize(chunk.toString('utf8').trim().split('\n').at(-1) ?? '')
    if (size) listener?.(size)
    first.resolve(size)
  })
  return {
    size: () => (stream ? first.promise : Promise.resolve(undefined)),
    onResize(told) {
      listener = told
    },
  }
}
