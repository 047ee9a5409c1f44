import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws'
import { NodeError } from '../node-error.ts'
import { channelProtocols, channelStreams } from './channels.ts'
import { type ServerContext, workerOf } from './context.ts'
import { PodDialer } from './pod-dialer.ts'
import { forwardChannels, forwardSpdy, portsOf } from './port-forward.ts'
import { remoteCommand } from './remote-command.ts'
import { type KubeletRequest, parseRequest } from './request.ts'
import { attach, runCommand, runningOf } from './run-command.ts'
import { spdyStreams } from './spdy-streams.ts'

/** SPDY frames in the messages of a WebSocket: how kubectl from 1.31 on forwards ports. */
const tunnel = 'SPDY/3.1+portforward.k8s.io'

/** A connection that was upgraded. */
type Accepted =
  | { readonly protocol: 'webSocket'; readonly socket: WebSocket }
  | { readonly protocol: 'spdy'; readonly transport: Duplex }

/**
 * Answers an Upgrade request: exec, attach and port-forward, over WebSocket or SPDY.
 * Everything is checked before the connection is accepted, while a refusal can still be an HTTP answer: throws NodeError then.
 */
export async function upgrade(
  o: ServerContext,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const asked = parseRequest(request.url ?? '')
  if (!asked || asked.kind === 'containerLogs') throw new NodeError('NotFound', 'not found')
  const worker = workerOf(o, asked)
  if (asked.kind === 'portForward') {
    const netns = worker.setup?.netns
    if (netns === undefined) throw new NodeError('NotRunning', `pod ${asked.pod} is not running`)
    const accepted = await accept(request, socket, head, asked)
    void worker.done.then(() => socket.destroy())
    return forward(accepted, new PodDialer(netns), asked)
  }
  const wanted = remoteCommand(asked)
  const at = runningOf(worker, asked.container)
  const accepted = await accept(request, socket, head, asked)
  const streams =
    accepted.protocol === 'spdy'
      ? await spdyStreams(accepted.transport, wanted)
      : channelStreams(accepted.socket, wanted)
  if (asked.kind === 'exec') await runCommand(at, wanted, streams)
  else await attach(at, wanted, streams)
}

function forward(accepted: Accepted, pod: PodDialer, asked: KubeletRequest): void {
  if (accepted.protocol === 'spdy') forwardSpdy(accepted.transport, pod)
  else forwardChannels(accepted.socket, pod, asked)
}

function accept(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  asked: KubeletRequest,
): Promise<Accepted> {
  const kind = request.headers.upgrade?.toLowerCase()
  if (kind === 'websocket') return acceptWebSocket(request, socket, head, asked)
  if (kind === 'spdy/3.1') return Promise.resolve(acceptSpdy(request, socket, head, asked))
  throw new NodeError('BadRequest', `cannot upgrade to ${kind}`)
}

function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  asked: KubeletRequest,
): Promise<Accepted> {
  const tunnelled = asked.kind === 'portForward' && request.headers['sec-websocket-protocol'] === tunnel
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (protocols) => channelProtocols.find((name) => protocols.has(name)) ?? false,
  })
  if (tunnelled) {
    // The library refuses the slash in this name, as the standard does; kubectl and the API server use it all the same.
    delete request.headers['sec-websocket-protocol']
    server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${tunnel}`))
  } else if (asked.kind === 'portForward') {
    portsOf(asked)
  }
  return new Promise((resolve) => {
    server.handleUpgrade(request, socket, head, (accepted) => {
      resolve(
        tunnelled
          ? { protocol: 'spdy', transport: createWebSocketStream(accepted) }
          : { protocol: 'webSocket', socket: accepted },
      )
    })
  })
}

/** The protocol a client may name in `X-Stream-Protocol-Version`. */
function acceptSpdy(request: IncomingMessage, socket: Duplex, head: Buffer, asked: KubeletRequest): Accepted {
  const offered = asked.kind === 'portForward' ? 'portforward.k8s.io' : 'v4.channel.k8s.io'
  const named = String(request.headers['x-stream-protocol-version'] ?? '').split(/,\s*/)
  if (!named.includes(offered)) {
    throw new NodeError(
      'BadRequest',
      `unable to negotiate protocol: client supports [${named.join(' ')}], server accepts [${offered}]`,
    )
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${offered}\r\n\r\n`,
  )
  if (head.length > 0) socket.unshift(head)
  return { protocol: 'spdy', transport: socket }
}
