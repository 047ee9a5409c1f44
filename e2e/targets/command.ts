/** Running programs: to their end, with what they said in the error where they failed. */
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

export const root: string = resolve(import.meta.dirname, '..', '..')

/** What the build makes; set ORLOP_DIST to try bundles that lie elsewhere. */
export const bundles: string = process.env['ORLOP_DIST'] ?? join(root, 'dist')

export interface RunOptions {
  /** In ms. */
  readonly within?: number
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
}

/** Gives what it printed, trimmed. @throws with its standard error when it ends badly, or not in time. */
export async function run(command: readonly string[], o: RunOptions = {}): Promise<string> {
  const [program = '', ...args] = command
  const running = promisify(execFile)(program, args, {
    cwd: root,
    timeout: o.within ?? 60_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...o.env },
    maxBuffer: 1 << 26,
  })
  running.child.stdin?.on('error', () => undefined)
  running.child.stdin?.end(o.input ?? '')
  try {
    return (await running).stdout.trim()
  } catch (error) {
    const { stdout, stderr } = { stdout: '', stderr: '', ...Object(error) }
    throw new Error(
      `${command.slice(-6).join(' ')}: ${[stderr, stdout].join('\n').trim() || String(error)}`,
      {
        cause: error,
      },
    )
  }
}
