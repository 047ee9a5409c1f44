import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { connect } from 'node:net'
import { isErrno } from '../../state.ts'
import type { Answer, Upgraded } from '../answer.ts'
import type { Api } from '../api.ts'
import { type ApiObject, objectsAt, stringAt } from '../object.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { ApiError, badRequest, internalError } from '../status.ts'
import { findRecord } from '../verbs/read.ts'

/** Where a request about a running pod goes: its node's socket, and the path there. */
interface Destination {
  readonly socketPath: string
  readonly path: string
  /** Where the kubelet would be in a cluster of machines, for people. */
  readonly address: string
}

/** How long a kubelet may take to accept a connection, in ms. */
const connectTimeout = 5_000

/** Passes a plain request (a log) on to the kubelet of the pod's node. */
export function proxyToKubelet(api: Api, request: ResourceRequest): Answer {
  const pod = findRecord(api, request).object
  if (request.subresource === 'log' && !stringAt(pod, 'spec', 'nodeName')) {
    containerOf(pod, request.query)
    // Nothing was said yet.
    return {
      as: 'stream',
      run: async (_, response) =>
        void response.writeHead(204, { 'cache-control': 'no-cache, private' }).end(),
    }
  }
  const destination = destinationOf(api, request)
  return { as: 'stream', run: (incoming, response) => forward(destination, incoming, response) }
}

/** Passes a connection that asks for an upgrade on, byte by byte in both directions. Throws `ApiError`. */
export async function proxyUpgrade(
  api: Api,
  request: ResourceRequest,
  { request: incoming, socket, head }: Upgraded,
): Promise<void> {
  const { socketPath, path, address } = destinationOf(api, request)
  const kubelet = connect(socketPath)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  kubelet.setTimeout(connectTimeout, () =>
    kubelet.destroy(new Error('the kubelet did not accept the connection')),
  )
  kubelet.once('connect', resolve)
  kubelet.once('error', reject)
  try {
    await promise
  } catch (error) {
    throw dialError(error, address)
  }
  kubelet.setTimeout(0)
  // Either end going takes the other along.
  kubelet.on('error', () => socket.destroy())
  socket.on('error', () => kubelet.destroy())
  kubelet.on('close', () => socket.destroy())
  socket.on('close', () => kubelet.destroy())
  kubelet.write(`${incoming.method} ${path} HTTP/1.1\r\n${headerLines(incoming)}\r\n`)
  if (head.length > 0) kubelet.write(head)
  kubelet.pipe(socket)
  socket.pipe(kubelet)
}

/** Throws BadRequest for a pod that no node runs. */
function destinationOf(api: Api, request: ResourceRequest): Destination {
  const { namespace = '', name, subresource, query } = request
  const pod = findRecord(api, request).object
  const node = stringAt(pod, 'spec', 'nodeName')
  if (!node) throw badRequest(`pod ${name} does not have a host assigned`)
  if (api.kubeletSocket === undefined) throw internalError(new Error('this server knows no kubelets'))
  const segments = [namespace, name, ...(subresource === 'portforward' ? [] : [containerOf(pod, query)])]
  const rest = new URLSearchParams([...query].filter(([key]) => key !== 'container'))
  const suffix = rest.size === 0 ? '' : `?${rest}`
  const path = `/${endpoints[subresource]}/${segments.map(encodeURIComponent).join('/')}${suffix}`
  return {
    socketPath: api.kubeletSocket(node),
    path,
    address: `${stringAt(pod, 'status', 'hostIP') ?? node}:10250`,
  }
}

const endpoints: Readonly<Record<string, string>> = {
  log: 'containerLogs',
  exec: 'exec',
  attach: 'attach',
  portforward: 'portForward',
}

/** The container asked for; the only one; or the one that the pod calls its default. Throws BadRequest. */
function containerOf(pod: ApiObject, query: URLSearchParams): string {
  const names = ['containers', 'initContainers', 'ephemeralContainers'].map((list) =>
    objectsAt(pod, 'spec', list).map((container) => String(container.name)),
  )
  const [main = []] = names
  const asked = query.get('container')
  if (asked) {
    if (names.flat().includes(asked)) return asked
    throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`)
  }
  const byAnnotation = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container']
  const only = main.length === 1 ? main[0] : main.find((name) => name === byAnnotation)
  if (only !== undefined) return only
  const init = names[1] ?? []
  const others = init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : ''
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${main.join(' ')}]${others}`,
  )
}

async function forward(to: Destination, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { socketPath, path, address } = to
  const outgoing = httpRequest({
    socketPath,
    path,
    method: incoming.method,
    headers: forwardedHeaders(incoming),
  })
  const answer = await answerOf(outgoing, incoming, response, address)
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  response.flushHeaders()
  const { promise, resolve } = Promise.withResolvers<void>()
  answer.on('error', () => response.destroy())
  response.on('close', () => {
    outgoing.destroy()
    resolve()
  })
  answer.pipe(response)
  await promise
}

async function answerOf(
  outgoing: ClientRequest,
  incoming: IncomingMessage,
  response: ServerResponse,
  address: string,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  outgoing.on('response', resolve)
  outgoing.on('error', reject)
  response.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
  try {
    return await promise
  } catch (error) {
    throw dialError(error, address)
  }
}

function dialError(error: unknown, address: string): ApiError {
  // Nobody has the socket of a node that is off or cut off.
  const gone = isErrno(error, 'ENOENT', 'ECONNREFUSED')
  const why = gone
    ? `dial tcp ${address}: connect: no route to host`
    : error instanceof Error
      ? error.message
      : String(error)
  return new ApiError(500, 'InternalError', `error dialing backend: ${why}`, undefined, error)
}

/** All but what was between the client and this server. */
function forwardedHeaders(incoming: IncomingMessage): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined && name !== 'authorization' && name !== 'host' && name !== 'connection')
      headers[name] = value
  }
  return headers
}

function headerLines(incoming: IncomingMessage): string {
  let lines = 'Host: localhost\r\n'
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    const name = incoming.rawHeaders[index] ?? ''
    if (/^(authorization|host)$/i.test(name)) continue
    lines += `${name}: ${incoming.rawHeaders[index + 1]}\r\n`
  }
  return lines
}
