/** Runs a program in the foreground, with this terminal. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { CliError } from '../failure.ts'

/** Gives the exit code, 128+n for a signal. Ctrl-C goes to the program, which shares the terminal. */
export function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: 'inherit', env: { ...env } })
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === 'ENOENT'
      const message = missing ? `${program} is not installed` : `cannot run ${program}: ${cause.message}`
      const remedy = missing ? { remedy: `install it, or run it inside: orlop run -- ${program}` } : {}
      reject(new CliError('CannotRun', message, { cause, ...remedy }))
    })
    child.once('close', (code, signal) =>
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
    )
  })
}
