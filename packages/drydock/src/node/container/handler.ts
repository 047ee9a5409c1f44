import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import type { Clock } from '@orlop/kube'
import { messageOf, NodeError } from '../node-error.ts'
import type { Container, LifecycleHandler, Probe } from '../pod/types.ts'
import { runInside } from './enter.ts'
import { grpcHealth } from './grpc-health.ts'
import type { ContainerProcess } from './process.ts'

/** Where a probe or a hook acts. */
export interface HandlerTarget {
  readonly container: Container
  readonly process: ContainerProcess
  readonly ip: string
  /** The node's own address, where it has one: checks come from there, and go on while the node is cut off. */
  readonly from: string | undefined
  readonly netns: string
  readonly clock: Clock
}

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly message: string }

type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<LifecycleHandler, 'sleep'>
type HttpGet = NonNullable<Probe['httpGet']>

/**
 * Carries out one probe or hook. Network checks go to the pod's address, from outside its network, as a kubelet's do.
 * `timeout` in milliseconds. Never throws: a failure is an outcome with the kubelet's words.
 */
export async function carryOut(
  handler: Handler,
  at: HandlerTarget,
  timeout: number,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    if (handler.exec) return await command(handler.exec.command ?? [], at, timeout, signal)
    if (handler.httpGet) return await httpGet(handler.httpGet, at, timeout, signal)
    if (handler.tcpSocket)
      return await tcp(
        {
          host: handler.tcpSocket.host || at.ip,
          port: portOf(handler.tcpSocket.port, at.container),
          ...local(at),
        },
        timeout,
        signal,
      )
    if (handler.grpc) {
      const { port, service = '' } = handler.grpc
      return await grpcHealth({ host: at.ip, port, service, ...local(at) }, timeout, signal)
    }
    if (handler.sleep) {
      await at.clock.sleep(handler.sleep.seconds * 1000, signal)
      return { ok: true }
    }
    return {
      ok: false,
      message: `handlers of kind ${Object.keys(handler).join(', ') || 'none'} are not offered`,
    }
  } catch (error) {
    return { ok: false, message: messageOf(error) }
  }
}

async function command(
  argv: readonly string[],
  at: HandlerTarget,
  timeout: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const result = await runInside(at.process, at.netns, argv, { timeout, clock: at.clock, signal })
  return result.code === 0
    ? { ok: true }
    : { ok: false, message: result.output.trim() || `command exited with ${result.code}` }
}

/** What a socket is bound to. */
function local({ from }: HandlerTarget): { localAddress?: string } {
  return from === undefined ? {} : { localAddress: from }
}

function tcp(
  to: { host: string; port: number; localAddress?: string },
  timeout: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const { host, port } = to
  return new Promise((resolve) => {
    const socket = connect({ ...to, timeout })
    const finish = (outcome: Outcome): void => {
      signal.removeEventListener('abort', aborted)
      socket.destroy()
      resolve(outcome)
    }
    const aborted = (): void => finish({ ok: false, message: 'the container ended' })
    signal.addEventListener('abort', aborted, { once: true })
    socket.on('connect', () => finish({ ok: true }))
    socket.on('timeout', () => finish({ ok: false, message: `dial tcp ${host}:${port}: i/o timeout` }))
    socket.on('error', (error) =>
      finish({ ok: false, message: `dial tcp ${host}:${port}: ${error.message}` }),
    )
    if (signal.aborted) aborted()
  })
}

function httpGet(action: HttpGet, at: HandlerTarget, timeout: number, signal: AbortSignal): Promise<Outcome> {
  const request = action.scheme === 'HTTPS' ? httpsRequest : httpRequest
  const headers: Record<string, string> = { 'User-Agent': 'kube-probe/1.34', Accept: '*/*' }
  for (const header of action.httpHeaders ?? []) headers[header.name] = header.value
  return new Promise((resolve) => {
    const asked = request(
      {
        host: action.host || at.ip,
        ...local(at),
        port: portOf(action.port, at.container),
        path: action.path || '/',
        headers,
        timeout,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
        rejectUnauthorized: false,
        agent: false,
      },
      (response) => {
        response.resume()
        const status = response.statusCode ?? 0
        resolve(
          status >= 200 && status < 400
            ? { ok: true }
            : { ok: false, message: `HTTP probe failed with statuscode: ${status}` },
        )
      },
    )
    asked.on('error', (error) => resolve({ ok: false, message: error.message }))
    asked.end()
  })
}

/** A port by number or by the name one of the container's ports has. */
function portOf(port: number | string, container: Container): number {
  const number = Number(port)
  if (Number.isInteger(number)) return number
  const named = container.ports?.find((p) => p.name === port)
  if (!named)
    throw new NodeError('BadRequest', `couldn't find port: "${port}" in container "${container.name}"`)
  return named.containerPort
}
