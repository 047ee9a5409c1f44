/**
 * The process that stays on the machine: it holds the namespaces' life line, starts the daemon anew when it dies, and runs
 * the gateway. Killed, it takes everything inside with it, and the next start finds objects and volumes as they were.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'
import { createClient, type Log, systemClock } from '@orlop/kube'
import type { Companion } from './companion.ts'
import { type DrydockStatus, serveControl } from './control.ts'
import type { DaemonOptions, DaemonWord } from './daemon.ts'
import { startApiProxy } from './gateway/api-proxy.ts'
import { keepCertificate } from './gateway/certificate.ts'
import { startGateway } from './gateway/gateway.ts'
import { messageOf } from './node/node-error.ts'
import { toolPath } from './preflight.ts'
import { DrydockError, isErrno, paths, prepareState, renderKubeconfig, replaceFile } from './state.ts'

export interface SupervisorOptions {
  readonly stateDir: string
  readonly nodes: number
  /** How the daemon is started: a program and its arguments. */
  readonly daemon: readonly string[]
  readonly companions: readonly Companion[]
  /** Default 16443; another free one when it is taken. */
  readonly apiPort?: number
  readonly log: Log
}

/** How long a daemon may take to be ready, and pods to end when it is stopped, in ms. */
const readyWithin = 30_000
const stopWithin = 25_000
const pauses = [200, 1000, 5000]
/** How often a daemon that was never ready is started before that counts as a failure. */
const startsTried = 3
/** How long the reason of a failure can be asked for, in ms. */
const readFor = 2000

/**
 * Runs until it is told to stop (control socket, SIGTERM, SIGINT).
 * @throws DrydockError `AlreadyRunning` when another supervisor holds the folder.
 */
export async function runSupervisor(o: SupervisorOptions): Promise<void> {
  const { stateDir, log } = o
  const { token } = await prepareState(stateDir)
  // By its real path: a folder that is named in two ways is still one.
  const lock = await holdFolder(await realpath(stateDir))
  const stop = new AbortController()
  let status: DrydockStatus = {
    state: 'starting',
    pid: process.pid,
    daemon: undefined,
    apiPort: 0,
    nodes: o.nodes,
    since: Date.now(),
  }
  const control = await serveControl(
    stateDir,
    () => status,
    () => stop.abort(),
  )
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort())

  const certificate = await keepCertificate(stateDir, Date.now())
  const { apiPort = 16_443 } = o
  const api = await startApiProxy(paths.apiSocket(stateDir), apiPort, certificate)
  if (api.port !== apiPort)
    log.warn(
      { wanted: apiPort, port: api.port },
      'the port of the API is taken; the kubeconfig names another',
    )
  const kubeconfig = renderKubeconfig(`https://127.0.0.1:${api.port}`, token, certificate.cert)
  await replaceFile(paths.kubeconfig(stateDir), kubeconfig)
  status = { ...status, apiPort: api.port }

  let everReady = false
  for (let faults = 0; !stop.signal.aborted; faults++) {
    status = { ...status, since: Date.now() }
    const daemon = startDaemon(o, api.port)
    const gone = new AbortController()
    const end = (): void => void endDaemon(daemon, status.state === 'ready')
    stop.signal.addEventListener('abort', end, { once: true })
    const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve())).then(() =>
      gone.abort(),
    )
    try {
      const word = await firstWord(daemon)
      if (word.said === 'failed') {
        const { message, remedy } = word
        status = { ...status, state: 'failed', message, ...(remedy === undefined ? {} : { remedy }) }
        log.error({ message }, 'the daemon could not start')
        break
      }
      const client = createClient(
        { server: 'http://drydock', socketPath: paths.apiSocket(stateDir), token },
        { log },
      )
      const gateway = await startGateway({ stateDir, client, log, signal: gone.signal })
      status = { ...status, state: 'ready', daemon: await insidePid(daemon) }
      everReady = true
      log.info({ pid: status.daemon, apiPort: api.port }, 'ready')
      await ended
      await gateway.stopped
      await client.close()
      if (!stop.signal.aborted) log.error({ faults }, 'the daemon ended; it is started again')
    } catch (error) {
      if (!stop.signal.aborted) log.error({ err: error }, 'the daemon ended while it started')
      await endDaemon(daemon, false)
      if (!everReady && faults >= startsTried - 1 && !stop.signal.aborted) {
        status = { ...status, state: 'failed', message: messageOf(error) }
        break
      }
    }
    stop.signal.removeEventListener('abort', end)
    if (stop.signal.aborted) await endDaemon(daemon, status.state === 'ready')
    else {
      status = { ...status, state: 'starting', daemon: undefined }
      await systemClock
        .sleep(pauses[Math.min(faults, pauses.length - 1)] ?? 5000, stop.signal)
        .catch(() => undefined)
    }
  }
  // Left to be read by whoever waits; what cannot start now will not by trying.
  if (status.state === 'failed') await systemClock.sleep(readFor, stop.signal).catch(() => undefined)
  status = { ...status, state: 'stopping', daemon: undefined }
  await api.close()
  control.close()
  lock.close()
}

/** An abstract socket: one process of the machine can have it, and the kernel frees it however that process ends. */
async function holdFolder(stateDir: string): Promise<Server> {
  const name = createHash('sha256').update(stateDir).digest('hex').slice(0, 32)
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      if (!isErrno(cause, 'EADDRINUSE')) return reject(cause)
      reject(
        new DrydockError(
          'AlreadyRunning',
          `another process runs the local Kubernetes of ${stateDir}`,
          'see: orlop status',
          { cause },
        ),
      )
    })
    server.listen({ path: `\0orlop-${name}` }, () => resolve())
  })
  return server
}

function startDaemon(o: SupervisorOptions, apiPort: number): ChildProcess {
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
  const child = spawn('unshare', [...spaces, '--', ...o.daemon], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PATH: toolPath(process.env['PATH']) },
  })
  const options: DaemonOptions = { stateDir: o.stateDir, nodes: o.nodes, apiPort, companions: o.companions }
  // A daemon that is gone already says so by its exit.
  child.stdin.on('error', () => undefined)
  child.stdin.write(`${JSON.stringify(options)}\n`)
  return child
}

function firstWord(daemon: ChildProcess): Promise<DaemonWord> {
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
async function endDaemon(daemon: ChildProcess, ready: boolean): Promise<void> {
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
async function insidePid(daemon: ChildProcess): Promise<number | undefined> {
  if (daemon.pid === undefined) return undefined
  const children = await readFile(`/proc/${daemon.pid}/task/${daemon.pid}/children`, 'utf8').catch(() => '')
  const [first] = children.trim().split(' ')
  return first ? Number(first) : undefined
}
