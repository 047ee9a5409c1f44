import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { readlink } from 'node:fs/promises'
import { Socket } from 'node:net'
import { basename } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '@orlop/kube'
import type { LogStream } from '../logs/line.ts'
import { NodeError } from '../node-error.ts'
import { bwrapArguments, type Sandbox } from './sandbox.ts'
import { inTerminal, type TerminalSize, terminalEnvironment, terminalSizer } from './terminal.ts'

/** How to start a container. */
export interface Start {
  /** The pod's network namespace: a path. */
  readonly netns: string
  readonly sandbox: Sandbox
  readonly argv: readonly string[]
  /** `cgroup.procs` of the groups it belongs to. */
  readonly groups: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Named pipes for the program's output: real ones, for a program may open /dev/stdout, which cannot be done with the sockets of node:child_process. */
  readonly pipes: Readonly<Record<LogStream, string>>
  /** Whether something may be written to its input; else that is at its end at once. */
  readonly stdin: boolean
  readonly clock: Clock
  onOutput(stream: LogStream, data: Buffer): void
}

/** How a process ended: the exit code as a container runtime reports it, 128 + n for signal n. */
export interface Exit {
  readonly code: number
}

/** A container that was started. */
export interface ContainerProcess {
  /** Process 1 of the container, as this process sees it. */
  readonly pid: number
  readonly env: Readonly<Record<string, string>>
  readonly workingDir: string
  readonly stdin: Writable | undefined
  /** Settles when every process of the container is gone and its output was read. */
  readonly exited: Promise<Exit>
  /** Sends a signal to process 1; false when it is gone. */
  signal(name: NodeJS.Signals): boolean
  /** Of its terminal, where it has one. */
  resize(size: TerminalSize): void
}

/** Absolute: the environment of the container, with its PATH, is already that of nsenter and bwrap. */
const nsenter = '/usr/bin/nsenter'
const bwrap = '/usr/bin/bwrap'

/** Enters the cgroups that are named before `--`, before anything else of the container exists. */
const joinGroups = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit; shift; done; shift; exec "$@"'

/**
 * Starts a program in its container. Its environment is never in the arguments, which every user of the machine may read.
 * Throws NodeError `StartError` when bubblewrap cannot make the container.
 */
export async function startContainer(o: Start): Promise<ContainerProcess> {
  const outputs = (['stdout', 'stderr'] as const).map((stream) =>
    openPipe(o.pipes[stream], (data) => o.onOutput(stream, data)),
  )
  const [out, err] = outputs
  if (!out || !err) throw new NodeError('StartError', 'no pipes for the output')
  const { tty } = o.sandbox
  let child: ChildProcess
  try {
    const command = [
      nsenter,
      `--net=${o.netns}`,
      '--',
      bwrap,
      ...bwrapArguments(o.sandbox),
      '--info-fd',
      '3',
      '--',
      ...o.argv,
    ]
    const limited =
      o.groups.length > 0 ? ['/bin/sh', '-c', joinGroups, 'sh', ...o.groups, '--', ...command] : command
    const [file = nsenter, ...args] = tty ? inTerminal(limited, undefined) : limited
    child = spawn(file, args, {
      stdio: [o.stdin || tty ? 'pipe' : 'ignore', out.writer, err.writer, 'pipe'],
      env: tty ? terminalEnvironment(o.env) : o.env,
      cwd: '/',
    })
    child.stdin?.on('error', () => {})
  } finally {
    for (const output of outputs) closeSync(output.writer)
  }
  const exited = ended(child).then(async (exit) => {
    await Promise.all(outputs.map((output) => output.drained))
    return exit
  })
  const pid = await childPid(child)
  if (pid === undefined) {
    await exited
    throw new NodeError('StartError', 'the container could not be made')
  }
  await programRuns(pid, o.clock)
  const resizeTerminal = terminalSizer(() => child.pid)
  let gone = false
  void exited.then(() => {
    gone = true
  })
  return {
    pid,
    env: o.env,
    workingDir: o.sandbox.workingDir,
    stdin: (o.stdin && child.stdin) || undefined,
    exited,
    resize(size) {
      if (tty) resizeTerminal(size)
    },
    signal(name) {
      if (gone || child.exitCode !== null || child.signalCode !== null) return false
      try {
        return process.kill(pid, name)
      } catch {
        return false
      }
    },
  }
}

interface Output {
  readonly writer: number
  readonly drained: Promise<void>
}

/** Opens both ends of a named pipe. Non-blocking for the reader, or opening would wait for a writer. */
function openPipe(path: string, onData: (data: Buffer) => void): Output {
  const reader = new Socket({
    fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  })
  const writer = openSync(path, constants.O_WRONLY)
  reader.on('data', onData)
  const drained = new Promise<void>((resolve) => {
    reader.on('close', () => resolve())
    reader.on('error', () => resolve())
  })
  return { writer, drained }
}

/** How long bubblewrap may take to make a container; milliseconds. */
const longestSetup = 60_000

/**
 * Bubblewrap tells the pid before it has made the file system. Until the program itself runs, whoever entered the container would find neither
 * commands nor folders, and a signal would meet bubblewrap.
 */
async function programRuns(pid: number, clock: Clock): Promise<void> {
  const deadline = clock.now() + longestSetup
  while (clock.now() < deadline) {
    const program = await readlink(`/proc/${pid}/exe`).catch(() => undefined)
    if (program === undefined || basename(program) !== 'bwrap') return
    await clock.sleep(1)
  }
}

function ended(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.on('error', () => resolve({ code: 128 }))
    child.on('exit', (code, signal) => resolve({ code: code ?? (signal === 'SIGKILL' ? 137 : 128) }))
  })
}

/** Bubblewrap tells the pid of the program on file descriptor 3; undefined when it ended without. */
function childPid(child: ChildProcess): Promise<number | undefined> {
  const info = child.stdio[3] as Readable | Writable | null | undefined
  return new Promise((resolve) => {
    let text = ''
    if (!info || !('on' in info)) return resolve(undefined)
    info.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      const match = /"child-pid": (\d+)/.exec(text)
      if (match) resolve(Number(match[1]))
    })
    info.on('error', () => resolve(undefined))
    info.on('close', () => resolve(undefined))
    child.on('error', () => resolve(undefined))
  })
}
