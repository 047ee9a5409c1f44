import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import type { Clock } from '@orlop/kube'
import { NodeError } from '../node-error.ts'
import type { ContainerProcess } from './process.ts'

/**
 * Starts another process in a running container: same user, file system, network, processes and environment.
 * It leads a process group of its own, so that a deadline can end it with all that it started.
 */
export function enter(container: ContainerProcess, netns: string, argv: readonly string[]): ChildProcess {
  const target = [
    '-t',
    String(container.pid),
    '-U',
    '-m',
    '-p',
    '-i',
    '-u',
    `--net=${netns}`,
    '--preserve-credentials',
  ]
  return spawn('/usr/bin/nsenter', [...target, `--wdns=${container.workingDir}`, '--', ...argv], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: container.env,
    cwd: '/',
    detached: true,
  })
}

/** What a command in a container answered. */
export interface CommandResult {
  readonly code: number
  /** The beginning of stdout and stderr, mixed; at most 10 KB, as the kubelet keeps of a probe. */
  readonly output: string
}

const mostOutput = 10 * 1024

/** Runs a command to its end. Throws NodeError `TimedOut` after `timeout` milliseconds; the command is killed then. */
export async function runInside(
  container: ContainerProcess,
  netns: string,
  argv: readonly string[],
  o: { readonly timeout: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<CommandResult> {
  const child = enter(container, netns, argv)
  child.stdin?.on('error', () => {})
  child.stdin?.end()
  let output = ''
  const keep = (data: Buffer): void => {
    if (output.length < mostOutput) output += data.toString('utf8').slice(0, mostOutput - output.length)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return new Promise((resolve, reject) => {
    const stop = (error: NodeError) => (): void => {
      killGroup(child)
      finish(() => reject(error))
    }
    const timer = o.clock.setTimer(
      o.timeout,
      stop(new NodeError('TimedOut', `command timed out after ${o.timeout / 1000}s`)),
    )
    const aborted = stop(new NodeError('NotRunning', 'the container ended'))
    const finish = (settle: () => void): void => {
      timer.cancel()
      o.signal.removeEventListener('abort', aborted)
      settle()
    }
    o.signal.addEventListener('abort', aborted, { once: true })
    child.on('error', (error) =>
      finish(() => reject(new NodeError('NotRunning', error.message, { cause: error }))),
    )
    child.on('close', (code) => finish(() => resolve({ code: code ?? 137, output })))
    if (o.signal.aborted) aborted()
  })
}

/**
 * Ends a command and everything in its group, save nsenter, which leads it: nsenter waits for the command and then ends by itself. Were it killed too,
 * nobody would reap the command, and a pid namespace with an unreaped process does not end, nor does its container.
 */
export function killGroup(child: ChildProcess): void {
  const leader = child.pid
  if (leader === undefined || child.exitCode !== null || child.signalCode !== null) return
  const members = groupOf(leader).filter((pid) => pid !== leader)
  for (const pid of members.length > 0 ? members : [leader]) send(pid, 'SIGKILL')
  // It stops itself while its command is stopped, as in a pod that was frozen.
  send(leader, 'SIGCONT')
}

/** The processes of a process group. */
function groupOf(leader: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && groupOfProcess(pid) === leader)
}

function groupOfProcess(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may contain anything: state, parent and group follow it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2])
  } catch {
    return undefined
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended in this moment.
  }
}
