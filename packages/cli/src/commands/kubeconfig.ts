import { join } from 'node:path'
import { runningDrydock, stateFolder } from '@orlop/drydock'
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { notRunning } from '../local/cluster.ts'

export function kubeconfigCommand({ env, stdout }: Context): Command {
  return new Command('kubeconfig')
    .description('print the path of the kubeconfig: kubectl --kubeconfig "$(orlop kubeconfig)" get pods')
    .action(async () => {
      const folder = stateFolder(env)
      if (!(await runningDrydock(folder))) throw notRunning()
      stdout.write(`${join(folder, 'kubeconfig')}\n`)
    })
}
