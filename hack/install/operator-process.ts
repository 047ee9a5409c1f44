/** The operator as its own process, and what it said while it ran. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const main = join(resolve(import.meta.dirname, '../..'), 'packages/operator/src/main.ts')

export interface Line {
  readonly msg: string
  readonly code?: string
  readonly method?: string
  readonly path?: string
}

export interface OperatorProcess {
  readonly identity: string
  /** Its log so far. */
  readonly lines: readonly Line[]
  /** The status and text of a page of its health server. */
  ask(page: 'healthz' | 'readyz' | 'metrics'): Promise<{ status: number; text: string }>
  /** Resolves with its exit code when it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP'): Promise<number | null>
}

export async function startOperator(
  folder: string,
  kubeconfig: string,
  identity: string,
  args: readonly string[] = [],
): Promise<OperatorProcess> {
  const file = join(folder, `${identity}.kubeconfig`)
  await writeFile(file, kubeconfig, { mode: 0o600 })
  const port = await freePort()
  const child = spawn(process.execPath, [main, '--kubeconfig', file, ...args], {
    env: {
      PATH: process.env['PATH'],
      POD_NAME: identity,
      POD_NAMESPACE: 'orlop-system',
      HEALTH_ADDRESS: `127.0.0.1:${port}`,
      LOG_LEVEL: 'debug',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: Line[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)))
  return {
    identity,
    lines,
    async ask(page) {
      const answer = await fetch(`http://127.0.0.1:${port}/${page}`, { signal: AbortSignal.timeout(30_000) })
      return { status: answer.status, text: await answer.text() }
    },
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      child.kill(signal)
      if (signal !== 'SIGSTOP') await once(child, 'close')
      return child.exitCode
    },
  }
}

/** As good as taken: between this and the start nobody else asks in this network namespace. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}
