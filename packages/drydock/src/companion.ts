/** A program that runs beside the cluster, inside its network: started again when it ends. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Clock, Log } from '@orlop/kube'
import { appendTo, collect } from './log-file.ts'

export interface Companion {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface CompanionTools {
  /** Folder of the logs; its output goes to `NAME.log`. */
  readonly logs: string
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Waiting times before it is started again, in ms: at once after a single fault, slowly when it cannot run. */
const pauses = [100, 500, 1000, 2000, 5000]
/** Having run this long, it counts as sound again, in ms. */
const sound = 30_000
const graceful = 5000

export async function keepCompanion(companion: Companion, tools: CompanionTools): Promise<void> {
  const { log, clock, signal } = tools
  for (let faults = 0; !signal.aborted; ) {
    const started = clock.now()
    const code = await runOnce(companion, tools)
    if (signal.aborted) return
    faults = clock.now() - started > sound ? 0 : faults + 1
    log.warn({ companion: companion.name, code }, 'a companion ended; it is started again')
    await clock.sleep(pauses[Math.min(faults, pauses.length) - 1] ?? 100, signal).catch(() => undefined)
  }
}

function runOnce({ name, command, args, env }: Companion, { logs, signal }: CompanionTools): Promise<string> {
  const file = appendTo(join(logs, `${name}.log`))
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    collect(child.stdout, file)
    collect(child.stderr, file)
    let killer: NodeJS.Timeout | undefined
    const end = (): void => {
      child.kill('SIGTERM')
      killer = setTimeout(() => child.kill('SIGKILL'), graceful)
    }
    signal.addEventListener('abort', end, { once: true })
    const finish = (how: string): void => {
      clearTimeout(killer)
      signal.removeEventListener('abort', end)
      resolve(how)
    }
    child.once('error', (error) => finish(error.message))
    child.once('exit', (code, sent) => finish(sent ?? String(code)))
  })
}
