import { Command } from 'commander'
import type { Context } from '../context.ts'
import { insideArguments } from '../local/inside.ts'
import { runProgram } from '../local/program.ts'

export function runCommand(context: Context): Command {
  return new Command('run')
    .description(
      'run a program inside the local cluster, with its network and names: orlop run -- redis-cli -h sessions',
    )
    .argument('<command...>', 'the program and its arguments')
    .passThroughOptions()
    .addHelpText(
      'after',
      `
Examples:
  orlop run -- redis-cli -h sessions.default.svc
  orlop run -- node my-program.js`,
    )
    .action(async (command: string[]) => {
      const [program = '', ...args] = [...(await insideArguments(context)), ...command]
      context.exitCode = await runProgram(program, args, context.env)
    })
}
