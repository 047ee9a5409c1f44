/** The `orlop` command line (also installed as `kubectl-orlop`): one file per command in commands/. */

import { explainFailure } from './failure.ts'
import { createProgram } from './program.ts'

export async function main(argv: readonly string[]): Promise<number> {
  const stop = new AbortController()
  const interrupt = (): void => stop.abort(new Error('interrupted'))
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  // A reader that has seen enough (`orlop logs | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const context = {
    env: process.env,
    signal: stop.signal,
    programs: import.meta.dirname,
    stdout: process.stdout,
    stderr: process.stderr,
    exitCode: 0,
  }
  try {
    await createProgram(context).parseAsync([...argv], { from: 'user' })
    return context.exitCode
  } catch (error) {
    const { text, code } = explainFailure(error, context)
    if (text !== '') process.stderr.write(`${text}\n`)
    return code
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

if (import.meta.main) process.exit(await main(process.argv.slice(2)))
