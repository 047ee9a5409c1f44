import { runningDrydock, stateFolder, stopDrydock } from '@orlop/drydock'
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { deleteState } from '../local/delete-state.ts'
import { createProgress } from '../terminal/progress.ts'

export function downCommand(context: Context): Command {
  return new Command('down')
    .description('stop the local Kubernetes and everything in it; objects and volumes stay')
    .option('--delete-data', 'also delete every object and volume of it; images stay (orlop images rm)')
    .addHelpText(
      'after',
      `
Examples:
  orlop down                  objects and volumes are there again with the next orlop up
  orlop down --delete-data    nothing is left but images`,
    )
    .action(async (options: { deleteData?: boolean }) => {
      const folder = stateFolder(context.env)
      const progress = createProgress(context.stdout)
      if (await runningDrydock(folder)) {
        await progress.step('stop the local Kubernetes', () => stopDrydock(folder, context.signal))
      } else {
        context.stdout.write('the local Kubernetes is not running\n')
      }
      if (options.deleteData !== true) return
      await progress.step(`delete ${folder}`, () => deleteState(folder))
    })
}
