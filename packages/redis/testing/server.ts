import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { withConnection } from '../src/connect/connection.ts'
import { isRedisError } from '../src/connect/error.ts'
import type { Target } from '../src/connect/target.ts'

export interface ServerOptions {
  /** The program and its first arguments; default `redis-server` of the PATH. */
  readonly command?: readonly string[]
  /** Arguments after the configuration file, such as `--sentinel`. */
  readonly more?: readonly string[]
  /** Lines of redis.conf, put after those of the helper; as a function where they depend on the port. */
  readonly config?: readonly string[] | ((port: number) => readonly string[])
  /** Milliseconds until it must answer. Default 60 000. */
  readonly timeout?: number
  /** How to be let in, where the configuration asks for it. */
  readonly login?: Omit<Target, 'host' | 'port'>
}

export interface TestServer {
  readonly target: Target
  readonly port: number
  /** The server's working directory, deleted with it. */
  readonly dir: string
  readonly process: ChildProcess
  /** What it wrote to its standard output so far. */
  log(): string
  stop(): Promise<void>
}

/** Thrown when the server ended before it answered; `log` tells why. */
export class ServerEnded extends Error {
  readonly log: string
  constructor(log: string) {
    super(`the server ended before it answered:\n${log}`)
    this.log = log
  }
}

/**
 * Starts a real server on a free port of the loopback, without persistence, and waits until it answers PING.
 *
 * @example
 * const server = await startServer({ config: ['maxmemory 10mb'] })
 * try { await withConnection(server.target, {}, (redis) => redis.info()) } finally { await server.stop() }
 */
export async function startServer(o: ServerOptions = {}): Promise<TestServer> {
  // Somebody may take the port before the server does.
  for (let tries = 1; ; tries++)
    try {
      return await startOnce(o)
    } catch (error) {
      const taken = error instanceof ServerEnded && error.log.includes('Address already in use')
      if (!taken || tries === 5) throw error
    }
}

async function startOnce(o: ServerOptions): Promise<TestServer> {
  const dir = await mkdtemp(join(tmpdir(), 'orlop-redis-'))
  const port = await freePort()
  const own = typeof o.config === 'function' ? o.config(port) : (o.config ?? [])
  const config = [`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`, 'save ""', ...own]
  const file = join(dir, 'redis.conf')
  await writeFile(file, `${config.join('\n')}\n`)
  const [program = 'redis-server', ...args] = o.command ?? []
  const child = spawn(program, [...args, file, ...(o.more ?? [])], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', (error) => {
      log += String(error)
      resolve()
    })
  })
  child.stdout.on('data', (chunk) => {
    log += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    log += String(chunk)
  })
  const stop = async (): Promise<void> => {
    // KILL: nothing is to be saved, and a server stopped by SIGSTOP must go as well.
    child.kill('SIGKILL')
    await ended
    await rm(dir, { recursive: true, force: true })
  }
  const target: Target = { ...o.login, host: '127.0.0.1', port }
  const answering = untilAnswering(target, o.timeout ?? 60_000)
  try {
    const first = await Promise.race([answering, ended.then(() => 'ended' as const)])
    if (first === 'ended') throw new ServerEnded(log)
  } catch (error) {
    await stop()
    throw error
  }
  return { target, port, dir, process: child, log: () => log, stop }
}

async function untilAnswering(target: Target, timeout: number): Promise<'answering'> {
  const signal = AbortSignal.timeout(timeout)
  for (;;) {
    try {
      await withConnection(target, { signal }, (redis) => redis.command(['PING']))
      return 'answering'
    } catch (error) {
      if (!isRedisError(error, 'Refused', 'Closed', 'Loading')) throw error
      await wait(20, undefined, { signal })
    }
  }
}

/** A port of the loopback that nothing listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  return await new Promise((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
