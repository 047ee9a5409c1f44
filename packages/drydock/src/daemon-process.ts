/** The daemon as its supervisor sees it: a child in namespaces of its own, whose standard input is its life line. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { DaemonOptions, DaemonWord } from './daemon.ts'
import { toolPath } from './preflight.ts'
import { isErrno } from './state.ts'

/** How long a daemon may take to be ready, and pods to end when it is stopped, in ms. */
const readyWithin = 30_000
const stopWithin = 25_000

/**
 * Runs a bundle with the memory that it needs. By default Node keeps up to three times 64 MiB for young objects, and lets the old
 * ones double before it looks for what is garbage among them: of some 40 MiB in use it makes 150.
 */
export function withSmallHeap(bundle: string): readonly string[] {
  const flags = ['--optimize-for-size', '--max-semi-space-size=4', '--heap-growing-percent=25']
  return [process.execPath, ...flags, bundle]
}

/** Starts it in namespaces of its own. `program` is what to run: a program and its arguments. */
export function startDaemon(program: readonly string[], options: DaemonOptions): ChildProcess {
  const spaces = [
    '--user',
    '--map-root-user',
    '--net',
    '--mount',
    '--pid',
    '--fork',
    '--mount-proc',
    '--kill-child',
  ]
  const child = spawn('unshare', [...spaces, '--', ...program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      PATH: toolPath(process.env['PATH']),
      // One heap of malloc's for all threads: each more costs some MiB and serves few.
      MALLOC_ARENA_MAX: '1',
      // What was compiled once is not compiled at the next start.
      NODE_COMPILE_CACHE: join(
        process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
        'orlop',
        'compiled',
      ),
    },
  })
  // A daemon that is gone already says so by its exit.
  child.stdin.on('error', () => undefined)
  child.stdin.write(`${JSON.stringify(options)}\n`)
  return child
}

/** What it says once it is ready, or cannot be. */
export function firstWord(daemon: ChildProcess): Promise<DaemonWord> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the daemon was not ready within ${readyWithin} ms`)),
      readyWithin,
    )
    daemon.once('error', reject)
    daemon.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`the daemon ended before it was ready: ${signal ?? `exit code ${code}`}`))
    })
    if (!daemon.stdout) return reject(new Error('the daemon has no standard output'))
    createInterface({ input: daemon.stdout }).once('line', (line) => {
      clearTimeout(timer)
      resolve(JSON.parse(line))
    })
  })
}

/**
 * SIGTERM to the daemon itself (unshare does not pass signals on), so that pods can end by themselves. One that is not ready
 * yet may be deaf to it, as the first process of a pid namespace is: its life line is cut instead.
 */
export async function endDaemon(daemon: ChildProcess, ready: boolean): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return
  const inside = ready ? await insidePid(daemon) : undefined
  const exited = new Promise<void>((resolve) => daemon.once('exit', () => resolve()))
  if (inside === undefined) daemon.stdin?.destroy()
  else {
    try {
      process.kill(inside, 'SIGTERM')
    } catch (error) {
      if (!isErrno(error, 'ESRCH')) throw error
    }
  }
  const timer = setTimeout(() => daemon.kill('SIGKILL'), stopWithin)
  await exited
  clearTimeout(timer)
}

/** The only child of unshare, as this machine numbers it. */
export async function insidePid(daemon: ChildProcess): Promise<number | undefined> {
  if (daemon.pid === undefined) return undefined
  const children = await readFile(`/proc/${daemon.pid}/task/${daemon.pid}/children`, 'utf8').catch(() => '')
  const [first] = children.trim().split(' ')
  return first ? Number(first) : undefined
}
