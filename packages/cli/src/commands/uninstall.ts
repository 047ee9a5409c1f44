import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { clusterCommand } from './cluster-command.ts'

export interface UninstallOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly deleteCrds?: boolean
  readonly yesDelete?: string
}

export function uninstallCommand(context: Context): Command {
  return clusterCommand(
    'uninstall',
    'remove what orlop install made; caches, their data and the definitions stay',
  )
    .option('--namespace <name>', 'where the operator runs', 'orlop-system')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('-y, --yes', 'do not ask')
    .option('--delete-crds', 'also the definitions, and with them EVERY cache of the cluster; asks again')
    .option('--yes-delete <n>', 'do not ask for that: the number of caches that will be deleted')
    .addHelpText(
      'after',
      `
Caches go on without an operator: what Kubernetes restarts comes back, but nobody fails over or changes anything.
Only what bears the label of orlop install is deleted, and only as it was shown.

Examples:
  orlop uninstall --dry-run
  orlop uninstall                                  caches stay; orlop install takes them up again
  orlop uninstall --delete-crds                    nothing of Orlop stays but volumes and Secrets
  orlop uninstall --delete-crds --yes --yes-delete 3`,
    )
    .action(async (options: UninstallOptions) => {
      const { uninstall } = await import('../install/uninstall.ts')
      await uninstall(context, options)
    })
}
