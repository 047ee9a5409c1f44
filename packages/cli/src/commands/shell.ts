import { Command } from 'commander'
import type { Context } from '../context.ts'
import { insideArguments } from '../local/inside.ts'
import { runProgram } from '../local/program.ts'

export function shellCommand(context: Context): Command {
  return new Command('shell')
    .description('open a shell inside the local cluster, with its network and names')
    .addHelpText('after', '\nLeave it with exit; orlop run -- PROGRAM runs a single program.')
    .action(async () => {
      const [program = '', ...args] = [...(await insideArguments(context)), context.env['SHELL'] ?? 'sh']
      context.exitCode = await runProgram(program, args, { ...context.env, ORLOP_SHELL: '1' })
    })
}
