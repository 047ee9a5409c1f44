/** Starting the local Kubernetes: a process is left behind that goes on when the command has ended. */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { askControl, DrydockError, paths, runSupervisor, stopDrydock } from '@orlop/drydock'
import { systemClock } from '@orlop/kube'
import { pino } from 'pino'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'

/** Where the bundles lie: beside this one. */
const programs = import.meta.dirname

/** Starts it, or waits for the one that another command is just starting; gives up when it says why it cannot. */
export async function startLocal(
  context: Context,
  folder: string,
  nodes: number,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const ours = (await askControl(folder, 'status')) === undefined
  if (ours) spawnSupervisor(context, folder, nodes)
  else note('another command is starting it')
  try {
    await untilReady(folder, signal)
  } catch (error) {
    // Nothing is left half-started by a command that was interrupted or failed.
    if (ours) await stopDrydock(folder, AbortSignal.timeout(20_000)).catch(() => undefined)
    throw error
  }
}

async function untilReady(folder: string, signal: AbortSignal): Promise<void> {
  const silentSince = Date.now()
  let heard = false
  for (;;) {
    const status = await askControl(folder, 'status')
    if (status?.state === 'ready') return
    if (status?.state === 'failed') {
      throw new CliError(
        'CannotStart',
        `the local Kubernetes could not start: ${status.message ?? 'see its log'}`,
        {
          remedy: status.remedy ?? 'see: orlop logs --component drydock',
        },
      )
    }
    heard ||= status !== undefined
    if (status === undefined && (heard || Date.now() - silentSince > 5000)) {
      throw new CliError('CannotStart', 'the local Kubernetes ended while it started', {
        remedy: `see ${join(paths.logs(folder), 'supervisor.log')}`,
      })
    }
    await systemClock.sleep(25, signal)
  }
}

function spawnSupervisor(context: Context, folder: string, nodes: number): void {
  let log: number
  try {
    mkdirSync(paths.logs(folder), { recursive: true, mode: 0o700 })
    log = openSync(join(paths.logs(folder), 'supervisor.log'), 'a', 0o600)
  } catch (cause) {
    throw new CliError(
      'StateFolder',
      `cannot write the state folder ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        remedy: 'free some space or make it yours, or set ORLOP_HOME to another folder',
      },
    )
  }
  const child = spawn(process.execPath, [join(programs, 'orlop.mjs'), '_supervise', folder, String(nodes)], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...context.env },
    cwd: '/',
  })
  closeSync(log)
  child.unref()
}

/** The process that stays: the supervisor, told which bundles the daemon and the operator are. */
export async function superviseLocal(context: Context, folder: string, nodes: number): Promise<void> {
  const log = pino({ base: null, level: 'info' })
  const operator = join(programs, 'operator.mjs')
  if (!existsSync(operator))
    throw new CliError('NotBuilt', `${operator} is missing`, { remedy: `make build in ${dirname(programs)}` })
  try {
    await runSupervisor({
      stateDir: folder,
      nodes,
      daemon: [process.execPath, join(programs, 'drydock.mjs')],
      companions: [
        {
          name: 'operator',
          command: process.execPath,
          // One process that nobody doubles: its lease is its own again right after a crash.
          args: [
            operator,
            '--kubeconfig',
            paths.insideKubeconfig(folder),
            '--identity',
            'local',
            '--health-address',
            '127.0.0.1:8080',
          ],
          env: {},
        },
      ],
      log,
    })
  } catch (error) {
    // Two commands at once: the other one's supervisor serves both.
    if (error instanceof DrydockError && error.code === 'AlreadyRunning') return
    log.error({ err: error }, 'the supervisor ended')
    context.exitCode = 1
  }
}
