/**
 * The process that stays on the machine: it holds the namespaces' life line, starts the daemon anew when it dies, and runs
 * the gateway. Killed, it takes everything inside with it, and the next start finds objects and volumes as they were.
 */
import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { createClient, type Log, systemClock } from '@orlop/kube'
import type { Companion } from './companion.ts'
import { type DrydockStatus, serveControl } from './control.ts'
import { endDaemon, firstWord, insidePid, startDaemon } from './daemon-process.ts'
import { type ApiProxy, startApiProxy } from './gateway/api-proxy.ts'
import { keepCertificate } from './gateway/certificate.ts'
import { startGateway } from './gateway/gateway.ts'
import { servePulls } from './images/pull-socket.ts'
import { imageStore } from './images/store.ts'
import { messageOf } from './node/node-error.ts'
import {
  DrydockError,
  isErrno,
  isFull,
  paths,
  prepareState,
  renderKubeconfig,
  replaceFile,
  stateFailure,
} from './state.ts'

export interface SupervisorOptions {
  readonly stateDir: string
  /** Default: as many as the last time, or 1. */
  readonly nodes?: number | undefined
  /** How the daemon is started: a program and its arguments. */
  readonly daemon: readonly string[]
  readonly companions: readonly Companion[]
  /** Default 16443; another free one when it is taken. */
  readonly apiPort?: number
  readonly log: Log
}

/** Waiting times before the daemon is started again, in ms. */
const pauses = [200, 1000, 5000]
/** How long it has to run to count as sound, in ms. */
const soundAfter = 10_000
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
    nodes: o.nodes ?? 1,
    since: Date.now(),
  }
  const change = (news: Partial<DrydockStatus>): void => {
    status = { ...status, ...news }
  }
  const control = await serveControl(
    stateDir,
    () => status,
    () => stop.abort(),
  )
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  let api: ApiProxy | undefined
  let pulls: Server | undefined
  try {
    pulls = await servePulls(stateDir, imageStore(paths.images(stateDir)), log)
    api = await openApi(o, token)
    change({ apiPort: api.port })
    await keepDaemon(o, { token, apiPort: api.port, change, stop: stop.signal })
  } catch (error) {
    log.error({ err: error }, 'the local Kubernetes could not start')
    const fault = isFull(error) ? stateFailure(stateDir, error) : error
    change({
      state: 'failed',
      message: messageOf(fault),
      ...(fault instanceof DrydockError ? { remedy: fault.remedy } : {}),
    })
    // Left to be read by whoever waits; what cannot start now will not by trying.
    await systemClock.sleep(readFor, stop.signal).catch(() => undefined)
  }
  change({ state: 'stopping', daemon: undefined })
  await api?.close()
  pulls?.close()
  control.close()
  lock.close()
}

/** The API's door on this machine, and the kubeconfig that leads to it. */
async function openApi(
  { stateDir, log, apiPort = 16_443 }: SupervisorOptions,
  token: string,
): Promise<ApiProxy> {
  const certificate = await keepCertificate(stateDir, Date.now())
  const api = await startApiProxy(paths.apiSocket(stateDir), apiPort, certificate)
  if (api.port !== apiPort)
    log.warn(
      { wanted: apiPort, port: api.port },
      'the port of the API is taken; the kubeconfig names another',
    )
  const kubeconfig = renderKubeconfig(`https://127.0.0.1:${api.port}`, token, certificate.cert)
  await replaceFile(paths.kubeconfig(stateDir), kubeconfig)
  return api
}

interface Keeping {
  readonly token: string
  readonly apiPort: number
  readonly change: (news: Partial<DrydockStatus>) => void
  readonly stop: AbortSignal
}

/**
 * Keeps a daemon running until the signal.
 * @throws what the daemon says, or how it ended, when it could never start.
 */
async function keepDaemon(o: SupervisorOptions, { token, apiPort, change, stop }: Keeping): Promise<void> {
  const { stateDir, nodes, companions, log } = o
  let everReady = false
  for (let faults = 0; !stop.aborted; faults++) {
    change({ state: 'starting', daemon: undefined, since: Date.now() })
    const daemon = startDaemon(o.daemon, { stateDir, nodes, apiPort, companions })
    let ready = false
    const end = (): void => void endDaemon(daemon, ready)
    stop.addEventListener('abort', end, { once: true })
    const gone = new AbortController()
    const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve())).then(() =>
      gone.abort(),
    )
    try {
      const word = await firstWord(daemon)
      if (word.said === 'failed') {
        await ended
        throw new DrydockError(
          'CannotStart',
          word.message,
          word.remedy ?? 'see: orlop logs --component drydock',
        )
      }
      const server = { server: 'http://drydock', socketPath: paths.apiSocket(stateDir), token }
      const client = createClient(server, { log })
      const gateway = await startGateway({ stateDir, client, log, signal: gone.signal })
      ready = true
      everReady = true
      const inside = await insidePid(daemon)
      change({ state: 'ready', daemon: inside, nodes: word.nodes })
      log.info({ pid: inside, apiPort }, 'ready')
      const since = Date.now()
      await ended
      // One that went well for a while and died is no loop of failures: it is back at once.
      if (Date.now() - since > soundAfter) faults = 0
      await gateway.stopped
      await client.close()
      if (!stop.aborted) log.error({ faults }, 'the daemon ended; it is started again')
    } catch (error) {
      await endDaemon(daemon, false)
      if (stop.aborted) return
      const hopeless = error instanceof DrydockError || faults >= startsTried - 1
      if (!everReady && hopeless) throw error
      log.error({ err: error }, 'the daemon ended while it started')
    } finally {
      stop.removeEventListener('abort', end)
    }
    if (stop.aborted) return
    change({ state: 'starting', daemon: undefined })
    const wait = pauses[Math.min(faults, pauses.length - 1)] ?? 5000
    await systemClock.sleep(wait, stop).catch(() => undefined)
  }
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
