import { Command, InvalidArgumentError } from 'commander'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'

interface Options {
  readonly file: string[]
  readonly nodes?: number
  readonly timeout: number
}

export function upCommand(context: Context): Command {
  return new Command('up')
    .description('start the local Kubernetes and the operator, and apply manifests')
    .option(
      '-f, --file <file>',
      'a YAML file to apply and wait for, - for standard input; may be repeated',
      collect,
      [],
    )
    .option(
      '--nodes <n>',
      'nodes of the local Kubernetes, in zones 1 to 3 (default: as before, or 1)',
      wholeNumber(1, 9),
    )
    .option('--timeout <seconds>', 'how long to wait until everything is ready', wholeNumber(1, 3600), 120)
    .addHelpText(
      'after',
      `
Examples:
  orlop up                                  an empty cluster with the operator
  orlop up -f examples/quickstart.yaml      with a cache; again after a change of the file
  orlop up --nodes 3 -f cache.yaml          three nodes in three zones

The state lies in $ORLOP_HOME, by default ~/.local/state/orlop.`,
    )
    .action(async (options: Options) => {
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(options.timeout * 1000)])
      try {
        const { bringUp } = await import('../local/bring-up.ts')
        await bringUp(context, options, signal)
      } catch (error) {
        if (context.signal.aborted || !signal.aborted) throw error
        throw new CliError('TimedOut', `not ready within ${options.timeout} s`, {
          cause: error,
          remedy: 'see what it waits for: orlop status, orlop logs; wait longer with --timeout',
        })
      }
    })
}

function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`it must be a whole number from ${min} to ${max}`)
    }
    return value
  }
}
