import { Command } from 'commander'
import type { Context } from '../context.ts'
import { superviseLocal } from '../local/start.ts'

/** Not for people: the process that `orlop up` leaves running. */
export function superviseCommand(context: Context): Command {
  return new Command('_supervise')
    .argument('<folder>', 'the state folder')
    .argument('<nodes>', 'how many nodes')
    .action((folder: string, nodes: string) => superviseLocal(context, folder, Number(nodes)))
}
