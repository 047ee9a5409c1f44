import { Duplex } from 'node:stream'
import { openChannels } from './channels.ts'
import { type Clock, systemClock } from './clock.ts'
import type { ConnectionConfig } from './connection.ts'
import { KubeError } from './errors.ts'
import { pathOf, resources } from './resources.ts'

export interface PortForwardOptions {
  namespace: string
  pod: string
  port: number
  signal: AbortSignal
  clock?: Clock | undefined
}

/** The channels of the only port. Each begins with two bytes that repeat its number. */
const channel = { data: 0, error: 1 }
const portBytes = 2

/**
 * One connection to a port of a pod. Destroying the stream closes it; ending it does too, for this protocol cannot close one direction alone.
 *
 * @example
 * createServer(async (local) => local.pipe(await portForward(config, { namespace, pod, port: 6379, signal })).pipe(local))
 */
export async function portForward(config: ConnectionConfig, o: PortForwardOptions): Promise<Duplex> {
  const skip = new Map([
    [channel.data, portBytes],
    [channel.error, portBytes],
  ])
  // Bytes may come before the stream has been handed out.
  const stream = new Duplex({ read() {}, allowHalfOpen: false })
  const channels = await openChannels(config, {
    path: `${pathOf(resources.pods, { namespace: o.namespace, name: o.pod, subresource: 'portforward' })}?ports=${o.port}`,
    protocols: ['v4.channel.k8s.io', 'portforward.k8s.io'],
    signal: o.signal,
    clock: o.clock ?? systemClock,
    onMessage(number, bytes) {
      const head = Math.min(skip.get(number) ?? 0, bytes.length)
      skip.set(number, (skip.get(number) ?? 0) - head)
      const rest = bytes.subarray(head)
      if (rest.length === 0) return
      if (number === channel.data) stream.push(rest)
      else stream.destroy(new KubeError('Unavailable', rest.toString('utf8')))
    },
  })
  const stop = (): void => void stream.destroy(KubeError.aborted(o.signal))
  o.signal.addEventListener('abort', stop, { once: true })
  stream._write = (chunk: Buffer, _, done): void => {
    channels.send(channel.data, chunk).then(() => done(), done)
  }
  stream._final = (done): void => {
    channels.close().then(() => done(), done)
  }
  stream._destroy = (error, done): void => {
    o.signal.removeEventListener('abort', stop)
    channels.close().then(() => done(error), done)
  }
  void channels.closed.then(() => stream.push(null))
  return stream
}
