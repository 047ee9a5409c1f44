import type { Readable, Writable } from 'node:stream'
import type { TerminalSize } from '../container/terminal.ts'
import { NodeError } from '../node-error.ts'
import { flag, type KubeletRequest } from './request.ts'

/** What a client of exec or attach asked for. */
export interface RemoteCommand {
  readonly argv: readonly string[]
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

/** Throws NodeError `BadRequest` when there is nothing to run or nothing to carry. */
export function remoteCommand(asked: KubeletRequest): RemoteCommand {
  const tty = flag(asked.query, 'tty')
  const wanted = {
    argv: asked.query.getAll('command'),
    stdin: flag(asked.query, 'stdin'),
    stdout: flag(asked.query, 'stdout'),
    // A terminal has one output.
    stderr: flag(asked.query, 'stderr') && !tty,
    tty,
  }
  if (asked.kind === 'exec' && wanted.argv.length === 0)
    throw new NodeError('BadRequest', 'you must specify at least 1 command')
  if (!wanted.stdin && !wanted.stdout && !wanted.stderr) {
    throw new NodeError('BadRequest', 'you must specify at least one of stdin, stdout, stderr')
  }
  return wanted
}

/** Undefined for what is no size. */
export function parseSize(text: string): TerminalSize | undefined {
  const match = /"Width":\s*(\d+).*"Height":\s*(\d+)/i.exec(text)
  return match ? { width: Number(match[1]), height: Number(match[2]) } : undefined
}

/** The ends of a command's input and output at the client, over whatever protocol. */
export interface RemoteStreams {
  readonly stdin: Readable | undefined
  readonly stdout: Writable | undefined
  readonly stderr: Writable | undefined
  /** Aborted when the client went away. */
  readonly gone: AbortSignal
  /** The terminal's size, when the client tells one within a moment. */
  size(): Promise<TerminalSize | undefined>
  /** Tells of every other size from then on. */
  onResize(listener: (size: TerminalSize) => void): void
  /** Sends the outcome and closes everything. */
  finish(status: ExecStatus): Promise<void>
}

/** The metav1.Status that ends exec and attach. */
export interface ExecStatus {
  readonly metadata: Record<string, never>
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: { readonly causes: readonly { readonly reason: string; readonly message: string }[] }
  readonly code?: number
}

export function statusOfExit(code: number): ExecStatus {
  if (code === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  }
}
