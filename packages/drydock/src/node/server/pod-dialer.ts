import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { NodeError } from '../node-error.ts'

/** How long a connection may take; milliseconds. */
const within = 5000

/** What runs in the pod's network: it connects, and hands the connection over. */
const helper = `
const { connect } = require('node:net')
const dial = (id, port, hosts, refused) => {
  const [host, ...others] = hosts
  if (host === undefined) return process.send({ id, refused })
  const socket = connect({ host, port, allowHalfOpen: true })
  socket.pause()
  socket.once('error', (error) => dial(id, port, others, refused ?? error.message))
  socket.once('connect', () => process.send({ id }, socket))
}
process.on('message', ({ id, port }) => dial(id, port, ['127.0.0.1', '::1']))
process.on('disconnect', () => process.exit(0))
`

interface Waiting {
  resolve(socket: Socket): void
  reject(error: Error): void
}

/**
 * Connects to ports of a pod as seen from inside of it, also to those that listen on its localhost alone. One process stands in the
 * pod's network for as long as this is open, and passes connections out as they are.
 */
export class PodDialer {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #asked = 0

  /** `netns` is a path. */
  constructor(netns: string) {
    this.#child = spawn('/usr/bin/nsenter', [`--net=${netns}`, '--', process.execPath, '-e', helper], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: {},
    })
    this.#child.on('message', (message: unknown, handle: unknown) => this.#answer(message, handle))
    this.#child.on('error', (error) => this.#fail(error))
    this.#child.on('exit', () => this.#fail(new NodeError('NotRunning', 'the pod has no network any more')))
  }

  /** Throws NodeError `NotRunning` when nobody listens, in the words of the system. */
  async dial(port: number): Promise<Socket> {
    const id = ++this.#asked
    const { promise, resolve, reject } = Promise.withResolvers<Socket>()
    const timer = setTimeout(() => reject(new NodeError('TimedOut', 'connection timed out')), within)
    this.#waiting.set(id, { resolve, reject })
    this.#child.send({ id, port }, (error) => error && reject(error))
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(id)
    }
  }

  /** Connections that were handed over stay. */
  close(): void {
    if (this.#child.connected) this.#child.disconnect()
  }

  #answer(message: unknown, handle: unknown): void {
    if (typeof message !== 'object' || message === null || !('id' in message)) return
    const waiting = this.#waiting.get(Number(message.id))
    if (handle instanceof Socket) {
      handle.allowHalfOpen = true
      if (waiting) waiting.resolve(handle)
      else handle.destroy()
    } else if ('refused' in message) waiting?.reject(new NodeError('NotRunning', String(message.refused)))
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
  }
}
