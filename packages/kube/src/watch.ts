import type { Readable } from 'node:stream'
import { startDeadline } from './deadline.ts'
import { errorOfAnswer, errorOfConnection, KubeError } from './errors.ts'
import type { KubeObject } from './object.ts'
import type { Transport } from './transport.ts'

export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  object: T
}

/** No object is near this: etcd refuses values above 1.5 MiB. */
const longestLine = 16 * 1024 * 1024

/** How long a server may take to begin a watch: its cache may have to catch up first. */
const headersTimeout = 30_000

/**
 * The events of one watch, until the server ends it.
 * @throws KubeError the error of an `ERROR` event; `Timeout` when nothing came for `inactivityTimeout` ms;
 *   `Unavailable` when the connection broke, in the middle of an event or not.
 */
export async function* watchEvents<T extends KubeObject>(
  transport: Transport,
  path: string,
  signal: AbortSignal | undefined,
  inactivityTimeout: number,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const deadline = startDeadline(transport.clock, headersTimeout, signal, `watch ${path}`)
  try {
    const { body } = await transport.open({ method: 'GET', path }, deadline)
    try {
      deadline.restart(inactivityTimeout)
      for await (const line of lines(body, () => deadline.restart(inactivityTimeout))) yield eventOf<T>(line)
    } finally {
      // Whoever stops early leaves a response that still flows.
      body.on('error', () => {}).destroy()
    }
  } catch (e) {
    throw deadline.signal.aborted ? deadline.signal.reason : errorOfConnection(e)
  } finally {
    deadline.end()
  }
}

function eventOf<T extends KubeObject>(line: string): WatchEvent<T> {
  const event: unknown = parseLine(line)
  if (typeof event !== 'object' || event === null || !('type' in event) || !('object' in event)) {
    throw new KubeError('Internal', 'a watch sent a line that is no event')
  }
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      // The server's word is taken for the shape of its objects, as everywhere in this client.
      return { type: event.type, object: event.object as T }
    case 'ERROR':
      throw errorOfAnswer(statusCode(event.object), event.object)
    default:
      throw new KubeError('Internal', `a watch sent an event of unknown type ${String(event.type)}`)
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new KubeError('Internal', 'a watch sent a line that is no JSON', { cause })
  }
}

function statusCode(status: unknown): number {
  const code = typeof status === 'object' && status !== null && 'code' in status ? status.code : undefined
  return typeof code === 'number' ? code : 500
}

/** Splits bytes at newlines; a rest without one is half an event and means that the connection was cut. */
async function* lines(body: Readable, onBytes: () => void): AsyncGenerator<string, void, undefined> {
  let pending: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    onBytes()
    let rest: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      pending.push(rest.subarray(0, end))
      const line = Buffer.concat(pending).toString('utf8')
      pending = []
      size = 0
      rest = rest.subarray(end + 1)
      if (line.trim() !== '') yield line
    }
    if (rest.length > 0) pending.push(rest)
    size += rest.length
    if (size > longestLine)
      throw new KubeError('Internal', `a watch sent an event of more than ${longestLine} bytes`)
  }
  if (size > 0) throw new KubeError('Unavailable', 'a watch was cut in the middle of an event')
}
