import { Command } from 'commander'
import type { Context } from '../context.ts'

/** Not for people: the process that `orlop up` leaves running. */
export function superviseCommand(context: Context): Command {
  return new Command('_supervise')
    .argument('<folder>', 'the state folder')
    .argument('[nodes]', 'how many nodes')
    .action(async (folder: string, nodes: string | undefined) => {
      const { superviseLocal } = await import('../local/supervise.ts')
      await superviseLocal(context, folder, nodes === undefined ? undefined : Number(nodes))
    })
}
