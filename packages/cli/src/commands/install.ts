import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Context } from '../context.ts'
import { clusterCommand, namesOf } from './cluster-command.ts'

export interface InstallOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace: string
  readonly namespaces: readonly string[]
  readonly image?: string
  readonly replicas?: number
  readonly dryRun?: boolean
  readonly print?: boolean
  readonly skipChecks?: boolean
  readonly force?: boolean
  readonly forceConflicts?: boolean
  /** In ms. */
  readonly wait: number
  readonly yes?: boolean
}

export function installCommand(context: Context): Command {
  return clusterCommand('install', 'install the operator on a cluster, or bring it up to date')
    .option('--namespace <name>', 'where the operator runs', 'orlop-system')
    .addOption(
      new Option(
        '-n, --namespaces <names>',
        'look after these only, with no rights in others; commas between them',
      )
        .argParser(namesOf)
        .default([], 'all'),
    )
    .option('--image <image>', 'of the operator, such as one in a registry of your own')
    .option('--replicas <n>', 'how many operators stand by; one of them acts', replicaCount)
    .option('--dry-run', 'say what would be done, as the API server foresees it, and do nothing')
    .option('--print', 'print the objects as YAML, and do nothing')
    .option('--skip-checks', 'install although a check fails')
    .option(
      '--force',
      'put older definitions in the place of newer ones: fields that they do not know are lost',
    )
    .option('--force-conflicts', 'take over fields that somebody else set')
    .addOption(
      new Option('--wait <time>', 'how long to wait until the operator is ready; 0 does not wait')
        .argParser(duration)
        .default(120_000, '2m'),
    )
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `
First come the checks of orlop doctor that matter here, then the plan, a line an object: + is created, ~ changed, = left as it is, - deleted.
Run it again with a newer orlop to upgrade; caches go on meanwhile.

Examples:
  orlop install --dry-run                     look first
  orlop install                               one operator for the whole cluster
  orlop install -n shop,search --yes          for two namespaces, without asking
  orlop install --image registry.example.com/orlop-operator:0.1.0
  orlop install --print > orlop.yaml          for kubectl apply --server-side, or a repository`,
    )
    .action(async (options: InstallOptions) => {
      const { install } = await import('../install/install.ts')
      await install(context, options)
    })
}

function replicaCount(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 9)
    throw new InvalidArgumentError('it must be a whole number from 1 to 9')
  return value
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 }

/** `90s`, `2m`, `1h`, or seconds; in ms. */
export function duration(text: string): number {
  const [, amount, unit = 's'] = /^(\d{1,5})([smh])?$/.exec(text) ?? []
  if (amount === undefined) throw new InvalidArgumentError('it must be a time such as 90s or 2m')
  return Number(amount) * (units[unit] ?? 1000)
}
