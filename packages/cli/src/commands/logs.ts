import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { stateFolder } from '@orlop/drydock'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'

export interface LogOptions {
  /** How many of the last lines. */
  readonly tail: number
  readonly follow: boolean
}

interface Options {
  readonly tail: number
  readonly follow?: boolean
  readonly component: 'operator' | 'drydock'
}

export function logsCommand(context: Context): Command {
  return new Command('logs')
    .description('show what the operator (or drydock) did; with a name, what the servers of that cache said')
    .argument('[name]', 'a cache, or NAMESPACE/NAME')
    .option('--tail <lines>', 'how many of the last lines', lineCount, 100)
    .option('-f, --follow', 'go on until Ctrl-C')
    .addOption(
      new Option('--component <name>', 'whose log').choices(['operator', 'drydock']).default('operator'),
    )
    .addHelpText(
      'after',
      `
Examples:
  orlop logs -f                     what the operator decides, as it decides it
  orlop logs sessions --tail 20     the last lines of each server of a cache
  orlop logs --component drydock    what the local Kubernetes did`,
    )
    .action(async (name: string | undefined, { tail, follow = false, component }: Options) => {
      const { showCacheLogs, showFile } = await import('../local/show-logs.ts')
      if (name !== undefined) return showCacheLogs(context, name, { tail, follow })
      const file = join(stateFolder(context.env), 'logs', `${component}.log`)
      if (!existsSync(file)) {
        throw new CliError('NoLog', `there is no log of ${component} yet`, {
          remedy: 'start it: orlop up',
        })
      }
      await showFile(context, file, { tail, follow })
    })
}

function lineCount(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('it must be a number of lines')
  return value
}
