/**
 * Brings the target up, installs the operator, tries every behaviour, and takes all down again.
 * Usage: E2E_TARGET=real|drydock node e2e/run.ts [ARGUMENT OF VITEST]...      E2E_KEEP=1 leaves the cluster up
 */
import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './targets/command.ts'
import { chosen } from './targets/targets.ts'

const { stage } = chosen(process.env)
const results = join(root, 'test-results')
const started = performance.now()
const note = (text: string): void =>
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`)

/** Who is told to stop still takes the cluster down. */
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())

async function inEntered(...command: string[]): Promise<number> {
  const [program = '', ...args] = [...stage.enter, ...command]
  stop.signal.throwIfAborted()
  const child = spawn(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: process.env,
    signal: stop.signal,
    killSignal: 'SIGTERM',
  })
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}

async function main(args: readonly string[]): Promise<number> {
  await rm(join(results, 'e2e'), { recursive: true, force: true })
  try {
    await stage.up(note)
    note('the operator')
    if ((await inEntered(process.execPath, 'e2e/install.ts')) !== 0) return 1
    note('the behaviours')
    const vitest = join(root, 'node_modules', '.bin', 'vitest')
    const code = await inEntered(vitest, 'run', '--config', 'e2e/vitest.config.ts', ...args)
    if (code !== 0) await stage.collect(join(results, 'e2e', 'cluster')).catch((error) => note(String(error)))
    return code
  } finally {
    if (process.env['E2E_KEEP'] === undefined) {
      note('down')
      await stage.down()
    }
    note('done')
  }
}

process.exitCode = await main(process.argv.slice(2))
