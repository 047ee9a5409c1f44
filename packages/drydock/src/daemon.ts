/**
 * The process inside the namespaces. Its standard input is its life line: when it closes, whoever started it is gone, and
 * the daemon ends. It is the first process of its pid namespace, so that with it, however it ends, every pod ends too.
 */
import { execFile } from 'node:child_process'
import { mkdir, open, readlink, realpath, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { systemClock } from '@orlop/kube'
import { pino } from 'pino'
import { type Companion, keepCompanion } from './companion.ts'
import { createDrydock } from './drydock.ts'
import { startApiProxy } from './gateway/api-proxy.ts'
import { keepCertificate } from './gateway/certificate.ts'
import { pullBySupervisor } from './images/pull-socket.ts'
import { appendTo } from './log-file.ts'
import { serveMachines } from './machine-control.ts'
import { wholeRanges } from './network/ranges.ts'
import { messageOf } from './node/node-error.ts'
import { isFull, paths, stateFailure } from './state.ts'

const run = promisify(execFile)

/** The first line of the daemon's standard input. */
export interface DaemonOptions {
  readonly stateDir: string
  /** Default: as many as the last time, or 1. */
  readonly nodes?: number | undefined
  /** Where the API server is reached from inside, as from outside: the same kubeconfig serves both. */
  readonly apiPort: number
  readonly companions: readonly Companion[]
}

/** The lines of its standard output. */
export type DaemonWord =
  | { readonly said: 'ready'; readonly nodes: number }
  | { readonly said: 'failed'; readonly message: string; readonly remedy?: string }

/** How long pods may take to end by themselves, in seconds: Redis writes its data out. */
const podsEndWithin = 10
/** After this the daemon ends whatever is still open, in ms. */
const endsWithin = 18_000

async function main(): Promise<void> {
  const input = createInterface({ input: process.stdin })
  const first = await new Promise<string>((resolve) => input.once('line', resolve))
  const options: DaemonOptions = JSON.parse(first)
  // Whoever held the other end is gone: end at once, and with this process everything inside.
  input.once('close', () => process.exit(0))
  process.stdin.resume()
  const log = pino(
    { level: process.env['LOG_LEVEL'] ?? 'info', base: null },
    appendTo(join(paths.logs(options.stateDir), 'drydock.log')),
  )
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a rejection that nobody handled'))
  try {
    // The API server answers meanwhile; but where the folder itself is moved, nothing may be opened in it before.
    const prepared = prepareNamespaces(options.stateDir)
    if ((await realpath(options.stateDir)).startsWith('/run/')) await prepared
    const drydock = await createDrydock({
      stateDir: options.stateDir,
      nodes: options.nodes,
      log,
      ranges: wholeRanges,
      prepared,
      pull: (store) => pullBySupervisor(options.stateDir, store),
    })
    await useClusterNames(options.stateDir, drydock.network.resolvConf({ namespace: 'default' }))
    await startApiProxy(
      paths.apiSocket(options.stateDir),
      options.apiPort,
      await keepCertificate(options.stateDir, Date.now()),
    )
    await serveMachines(options.stateDir, drydock, log)
    const stop = new AbortController()
    const companions = options.companions.map((c) =>
      keepCompanion(c, { logs: paths.logs(options.stateDir), log, clock: systemClock, signal: stop.signal }),
    )
    process.once('SIGTERM', () => {
      stop.abort()
      setTimeout(() => {
        log.error('the end took too long and was cut short')
        process.exit(1)
      }, endsWithin).unref()
      void Promise.allSettled(companions)
        .then(() => drydock.stop(podsEndWithin))
        .catch((error: unknown) => log.error({ err: error }, 'the end was not clean'))
        .finally(() => process.exit(0))
    })
    const nodes = drydock.machines.length
    log.info({ nodes }, 'the cluster is up')
    say({ said: 'ready', nodes })
  } catch (error) {
    log.error({ err: error }, 'could not start')
    const fault = isFull(error) ? stateFailure(options.stateDir, error) : error
    const remedy = fault instanceof Error && 'remedy' in fault ? { remedy: String(fault.remedy) } : {}
    say({ said: 'failed', message: messageOf(fault), ...remedy })
    process.exit(1)
  }
}

function say(word: DaemonWord): void {
  process.stdout.write(`${JSON.stringify(word)}\n`)
}

/** What the network tools need: loopback, and a /run of our own for the names of network namespaces. */
async function prepareNamespaces(stateDir: string): Promise<void> {
  await run('ip', ['link', 'set', 'lo', 'up'], { timeout: 60_000 })
  const state = await realpath(stateDir)
  const kept = state.startsWith('/run/') ? await open(state) : undefined
  await run('mount', ['-t', 'tmpfs', 'tmpfs', '/run'], { timeout: 60_000 })
  await mkdir('/run/netns', { recursive: true })
  if (kept === undefined) return
  // The state folder was just hidden: it is put back where it was.
  await mkdir(state, { recursive: true })
  const source = `/proc/${process.pid}/fd/${kept.fd}`
  await run('mount', ['--no-canonicalize', '--bind', source, state], { timeout: 60_000 })
  await kept.close()
}

/** Programs that are run inside find the cluster's names. The file may be a link into the /run that was just hidden. */
async function useClusterNames(stateDir: string, text: string): Promise<void> {
  const own = join(stateDir, 'resolv.conf')
  await writeFile(own, text)
  const target = await realpath('/etc/resolv.conf').catch(() => makeTarget('/etc/resolv.conf'))
  await run('mount', ['--bind', own, target], { timeout: 60_000 })
}

/** The file that a link leads to, made there; a file of the machine itself could not be made by an ordinary user. */
async function makeTarget(link: string): Promise<string> {
  const target = resolve(dirname(link), await readlink(link))
  await mkdir(dirname(target), { recursive: true })
  await (await open(target, 'a')).close()
  return target
}

if (import.meta.main) await main()
