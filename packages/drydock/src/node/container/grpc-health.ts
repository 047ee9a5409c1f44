/** A check of the health of a gRPC server (grpc.health.v1.Health), with the kubelet's words. Source: pkg/probe/grpc. */
import { connect, type IncomingHttpHeaders } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { messageOf } from '../node-error.ts'
import type { Outcome } from './handler.ts'

export interface GrpcTarget {
  readonly host: string
  readonly port: number
  readonly localAddress?: string
  /** Empty for the server as a whole. */
  readonly service: string
}

/** HealthCheckResponse.ServingStatus. */
const statuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']

/** The status code of gRPC for a method that the server does not have. */
const unimplemented = '12'

/** `timeout` in milliseconds. Never throws. */
export async function grpcHealth(to: GrpcTarget, timeout: number, signal: AbortSignal): Promise<Outcome> {
  const address = `${to.host}:${to.port}`
  const late = AbortSignal.timeout(timeout)
  const session = connect(`http://${address}`, { createConnection: () => connectTcp(to) })
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const fail = (message: string): void => resolve({ ok: false, message })
  let connected = false
  late.addEventListener('abort', () =>
    fail(
      connected
        ? `timeout: health rpc did not complete within ${timeout / 1000}s`
        : `timeout: failed to connect service "${address}" within ${timeout / 1000}s: context deadline exceeded`,
    ),
  )
  signal.addEventListener('abort', () => fail('the container ended'), { once: true })
  const refused = (error: unknown): void => {
    const what = connected ? 'health rpc probe failed' : `failed to connect service at "${address}"`
    fail(`error: ${what}: ${messageOf(error)}`)
  }
  session.on('error', refused)
  session.once('connect', () => {
    connected = true
  })
  const stream = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    'user-agent': 'kube-probe/1.34',
    te: 'trailers',
  })
  const chunks: Buffer[] = []
  const told: IncomingHttpHeaders = {}
  stream.on('response', (headers) => void Object.assign(told, headers))
  stream.on('trailers', (trailers) => void Object.assign(told, trailers))
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.on('error', refused)
  stream.on('end', () => resolve(outcomeOf(told, Buffer.concat(chunks))))
  stream.end(framed(to.service))
  return promise.finally(() => session.destroy())
}

/** The message with its one field, after the byte and the length that gRPC puts before every message. */
function framed(service: string): Buffer {
  const name = Buffer.from(service)
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name])
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

function outcomeOf(headers: IncomingHttpHeaders, body: Buffer): Outcome {
  const code = headers['grpc-status'] ?? '0'
  const said = decodeURIComponent(String(headers['grpc-message'] ?? ''))
  if (code === unimplemented) {
    const message = `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${said}`
    return { ok: false, message }
  }
  if (code !== '0')
    return { ok: false, message: `error: health rpc probe failed: code ${String(code)}: ${said}` }
  // One field, a small number; left out it is 0.
  const status = body[5] === 0x08 ? (body[6] ?? 0) : 0
  if (status === 1) return { ok: true }
  return { ok: false, message: `service unhealthy (responded with "${statuses[status] ?? status}")` }
}
