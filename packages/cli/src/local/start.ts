/** Starting the local Kubernetes: a process is left behind that goes on when the command has ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { askControl, type DrydockStatus, paths, prepareState } from '@orlop/drydock'
import { systemClock } from '@orlop/kube'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'

/** How long one that does not start may take to end, and one that was just started may say nothing; in ms. */
const endsWithin = 20_000
const silentFor = 5000

/** Starts it, or waits for the one that another command is just starting; gives up when it says why it cannot. */
export async function startLocal(
  context: Context,
  folder: string,
  nodes: number | undefined,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<DrydockStatus> {
  // Here first: a folder that cannot be written cannot hold a log that says so either.
  await prepareState(folder)
  const others = await askControl(folder, 'status')
  if (others !== undefined) note(others.state === 'stopping' ? 'it is still stopping' : 'it is being started')
  const ours = others === undefined ? spawnSupervisor(context, folder, nodes) : undefined
  try {
    return await untilReady(folder, ours, signal)
  } catch (error) {
    // Nothing is left half-started by a command that was interrupted or failed.
    if (ours !== undefined) await end(ours)
    throw error
  }
}

async function untilReady(
  folder: string,
  ours: ChildProcess | undefined,
  signal: AbortSignal,
): Promise<DrydockStatus> {
  const silentSince = Date.now()
  let heard = false
  for (;;) {
    const status = await askControl(folder, 'status')
    if (status?.state === 'ready') return status
    if (status?.state === 'failed') {
      throw new CliError(
        'CannotStart',
        `the local Kubernetes could not start: ${status.message ?? 'see its log'}`,
        { remedy: status.remedy ?? 'see: orlop logs --component drydock' },
      )
    }
    heard ||= status !== undefined
    // A supervisor that leaves with 0 found another one: that one answers in a moment.
    const ended = heard || (ours?.exitCode ?? 0) !== 0 || Date.now() - silentSince > silentFor
    if (status === undefined && ended) {
      throw new CliError('CannotStart', 'the local Kubernetes ended while it started', {
        remedy: `see ${join(paths.logs(folder), 'supervisor.log')}`,
      })
    }
    await systemClock.sleep(25, signal)
  }
}

function spawnSupervisor(context: Context, folder: string, nodes: number | undefined): ChildProcess {
  const log = openSync(join(paths.logs(folder), 'supervisor.log'), 'a', 0o600)
  const bundle = join(context.programs, 'orlop.mjs')
  const child = spawn(
    process.execPath,
    [bundle, '_supervise', folder, ...(nodes === undefined ? [] : [String(nodes)])],
    {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...context.env },
      cwd: '/',
    },
  )
  closeSync(log)
  child.unref()
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const exited = once(child, 'exit')
  const killer = setTimeout(() => child.kill('SIGKILL'), endsWithin)
  child.kill('SIGTERM')
  await exited
  clearTimeout(killer)
}
