import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import type { Clock } from '@orlop/kube'
import { NodeError } from '../node-error.ts'
import type { ContainerProcess } from './process.ts'
import { childOf, inTerminal, type TerminalSize, terminalEnvironment } from './terminal.ts'

/**
 * Starts another process in a running container: same user, file system, network, processes and environment.
 * It leads a process group of its own, so that a deadline can end it with all that it started.
 */
export function enter(container: ContainerProcess, netns: string, argv: readonly string[]): ChildProcess {
  const [program, ...rest] = entering(container, netns, argv)
  return begin([program ?? nsenter, '-p', ...rest], container.env)
}

/**
 * The same in a terminal of its own, whose output is stdout. What holds the terminal is among the container's processes, or its shells would
 * see nobody in charge of the terminal; but it stays outside in all else.
 */
export function enterInTerminal(
  container: ContainerProcess,
  netns: string,
  argv: readonly string[],
  size: TerminalSize | undefined,
): ChildProcess {
  const inside = inTerminal(entering(container, netns, argv), size)
  const command = [nsenter, '-t', String(container.pid), '-p', '--', ...inside]
  return begin(command, terminalEnvironment(container.env))
}

function begin(
  [file = nsenter, ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  return spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env, cwd: '/', detached: true })
}

const nsenter = '/usr/bin/nsenter'

function entering(container: ContainerProcess, netns: string, argv: readonly string[]): readonly string[] {
  const spaces = ['-t', String(container.pid), '-U', '-m', '-i', '-u', `--net=${netns}`]
  return [nsenter, ...spaces, '--preserve-credentials', `--wdns=${container.workingDir}`, '--', ...argv]
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

/** Ends a command that has a terminal; what holds the terminal ends after it, for the reason above, and with it whatever else has it. */
export function killInTerminal(entered: ChildProcess): void {
  const outer = childOf(entered.pid)
  const command = childOf(outer)
  if (command !== undefined) send(command, 'SIGKILL')
  else if (outer !== undefined) send(outer, 'SIGKILL')
  if (outer !== undefined) send(outer, 'SIGCONT')
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
