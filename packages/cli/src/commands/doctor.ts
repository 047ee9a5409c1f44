import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { clusterCommand, namesOf } from './cluster-command.ts'

export interface DoctorOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace: string
  readonly namespaces: readonly string[]
  readonly output: 'table' | 'json'
  readonly verbose?: boolean
  readonly probe?: boolean
  readonly probeImage?: string
}

export function doctorCommand(context: Context): Command {
  return clusterCommand(
    'doctor',
    'look whether a cluster is fit for Orlop and its caches, and say what to do where not',
  )
    .addOption(
      new Option('-n, --namespaces <names>', 'where caches run, or are to run; commas between them')
        .argParser(namesOf)
        .default([], 'that of the context'),
    )
    .option('--namespace <name>', 'where the operator runs, or is to run', 'orlop-system')
    .addOption(
      new Option('-o, --output <form>', 'json for programs').choices(['table', 'json']).default('table'),
    )
    .option('-v, --verbose', 'also what lies behind that which is well')
    .option(
      '--probe',
      'run a short-lived pod on each node, which looks at its kernel, clock, DNS and network',
    )
    .option('--probe-image <image>', 'what those pods run, with a shell (default: the image of the operator)')
    .addHelpText(
      'after',
      `
Each check is ok (✓), a warning (!), failed (✗), or could not be looked at (?). Without --probe nothing in the cluster is changed.
Ends with 0 when nothing failed, 1 when something did. What each check means: docs/doctor.md

Examples:
  orlop doctor                              the cluster that kubectl speaks to
  orlop doctor --context production -n shop
  orlop doctor --probe                      also what only a pod can see
  orlop doctor -o json | jq -r '.checks[] | select(.result != "ok") | .check'`,
    )
    .action(async (options: DoctorOptions) => {
      const { examine } = await import('../doctor/examine.ts')
      await examine(context, options)
    })
}
