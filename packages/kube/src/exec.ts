import type { Readable, Writable } from 'node:stream'
import { openChannels } from './channels.ts'
import { type Clock, systemClock } from './clock.ts'
import type { ConnectionConfig } from './connection.ts'
import { KubeError } from './errors.ts'
import { pathOf, resources } from './resources.ts'

export interface ExecOptions {
  namespace: string
  pod: string
  container?: string | undefined
  command: readonly string[]
  stdin?: Readable | undefined
  stdout?: Writable | undefined
  /** With a terminal there is none: both come over stdout. */
  stderr?: Writable | undefined
  tty?: boolean | undefined
  signal: AbortSignal
  clock?: Clock | undefined
}

const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 }

/** v5 can close stdin alone (KEP-4006); kubelets before 1.30 speak v4. */
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

/**
 * Runs a command in a container and resolves with its exit code. The given streams are written to, and not ended.
 * @throws KubeError when the command could not be started, the connection broke, or the signal fired.
 */
export async function exec(config: ConnectionConfig, o: ExecOptions): Promise<number> {
  const query = new URLSearchParams([
    ...o.command.map((word) => ['command', word] as [string, string]),
    ...(o.container ? [['container', o.container] as [string, string]] : []),
    ['stdin', String(o.stdin !== undefined)],
    ['stdout', String(o.stdout !== undefined)],
    ['stderr', String(o.stderr !== undefined && !o.tty)],
    ['tty', String(o.tty === true)],
  ])
  const status = Promise.withResolvers<unknown>()
  const channels = await openChannels(config, {
    path: `${pathOf(resources.pods, { namespace: o.namespace, name: o.pod, subresource: 'exec' })}?${query}`,
    protocols,
    signal: o.signal,
    clock: o.clock ?? systemClock,
    onMessage(number, bytes) {
      if (number === channel.stdout) o.stdout?.write(bytes)
      else if (number === channel.stderr) o.stderr?.write(bytes)
      else if (number === channel.status) status.resolve(parseStatus(bytes))
    },
  })
  const stop = (): void => void channels.close()
  o.signal.addEventListener('abort', stop, { once: true })
  const feeding = new AbortController()
  try {
    const fed = feed(o.stdin, feeding.signal, (bytes) => channels.send(channel.stdin, bytes)).then(() =>
      channels.protocol === protocols[0] ? channels.send(channel.close, Buffer.of(channel.stdin)) : undefined,
    )
    // A command may well end without having read all of its input.
    fed.catch(() => {})
    const answer = await Promise.race([status.promise, channels.closed])
    if (answer === undefined && o.signal.aborted) throw KubeError.aborted(o.signal)
    return exitCode(answer)
  } finally {
    feeding.abort()
    o.signal.removeEventListener('abort', stop)
    await channels.close()
  }
}

async function feed(
  stdin: Readable | undefined,
  signal: AbortSignal,
  send: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  for await (const chunk of stdin?.iterator({ destroyOnReturn: false }) ?? []) {
    if (signal.aborted) return
    await send(Buffer.from(chunk))
  }
}

function parseStatus(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** The status is a `Status`: success, or a failure whose cause `ExitCode` carries the number. */
function exitCode(status: unknown): number {
  if (typeof status !== 'object' || status === null || !('status' in status)) {
    throw new KubeError('Unavailable', 'the connection to the command broke')
  }
  if (status.status === 'Success') return 0
  const causes: unknown =
    'details' in status && typeof status.details === 'object' && status.details && 'causes' in status.details
      ? status.details.causes
      : []
  const exit: unknown = Array.isArray(causes)
    ? causes.find((cause) => cause?.reason === 'ExitCode')
    : undefined
  if (typeof exit === 'object' && exit !== null && 'message' in exit) return Number(exit.message)
  throw new KubeError(
    'Internal',
    'message' in status ? String(status.message) : 'the command could not be run',
  )
}
