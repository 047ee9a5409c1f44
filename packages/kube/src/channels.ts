import type { WebSocket as Socket } from 'undici'
import type { Clock } from './clock.ts'
import type { ConnectionConfig } from './connection.ts'
import { startDeadline, unlessAborted } from './deadline.ts'
import { KubeError, kubeErrorCode } from './errors.ts'
import { createClient } from './json-client.ts'
import { makeAgent } from './transport.ts'

/**
 * A WebSocket on which the API server carries several streams: the first byte of a message is the number of its
 * channel (apimachinery `pkg/util/httpstream/wsstream`).
 */
export interface Channels {
  /** The subprotocol that the server chose. */
  readonly protocol: string
  /** Resolves when the bytes have left, so that a fast writer does not fill the memory. */
  send(channel: number, bytes: Uint8Array): Promise<void>
  /** Resolves when the connection is over, for whatever reason. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

export interface ChannelsOptions {
  path: string
  /** In order of preference. */
  protocols: string[]
  onMessage: (channel: number, bytes: Buffer) => void
  signal: AbortSignal
  clock: Clock
}

/** Milliseconds for the connection to be opened. */
const openTimeout = 10_000
/** Bytes that may wait to be sent. */
const mostBuffered = 1024 * 1024

/** @throws KubeError as the API server answers; `Aborted` when the signal fires first. */
export async function openChannels(config: ConnectionConfig, o: ChannelsOptions): Promise<Channels> {
  const { WebSocket } = await import('./undici.ts')
  const agent = await makeAgent(config)
  const deadline = startDeadline(o.clock, openTimeout, o.signal, `open ${o.path}`)
  let socket: Socket
  try {
    const token =
      typeof config.token === 'function' ? await unlessAborted(config.token(), deadline.signal) : config.token
    socket = new WebSocket(`${config.server.replace(/^http/, 'ws')}${o.path}`, {
      protocols: o.protocols,
      dispatcher: agent,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...config.headers },
    })
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => {
      const bytes = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data as ArrayBuffer)
      if (bytes.length > 0) o.onMessage(bytes.readUInt8(0), bytes.subarray(1))
    })
    await unlessAborted(opened(socket), deadline.signal)
  } catch (e) {
    await agent.destroy()
    throw (await refusal(config, o)) ?? e
  } finally {
    deadline.end()
  }
  const closed = new Promise<void>((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve()
    socket.addEventListener('close', () => resolve())
  })
  return {
    protocol: socket.protocol,
    closed,
    async close() {
      socket.close()
      await agent.destroy()
    },
    async send(channel, bytes) {
      socket.send(Buffer.concat([Buffer.of(channel), bytes]))
      // The standard knows no event for this.
      while (socket.bufferedAmount > mostBuffered && socket.readyState === socket.OPEN)
        await o.clock.sleep(5, o.signal)
    },
  }
}

function opened(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', (event) =>
      reject(new KubeError('Unavailable', 'the connection was refused', { cause: event.error })),
    )
  })
}

/** A WebSocket does not tell why it was refused; the same request without one does. */
async function refusal(config: ConnectionConfig, o: ChannelsOptions): Promise<KubeError | undefined> {
  if (o.signal.aborted) return undefined
  const client = createClient(config, { clock: o.clock })
  try {
    await client.request('GET', o.path, { signal: o.signal })
    return undefined
  } catch (e) {
    // That it is no upgrade is all there is to say against it.
    return e instanceof KubeError && kubeErrorCode(e) !== 'BadRequest' ? e : undefined
  } finally {
    await client.close()
  }
}
