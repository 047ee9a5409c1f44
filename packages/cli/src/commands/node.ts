import { askMachines, type MachineVerb, runningDrydock, stateFolder } from '@orlop/drydock'
import { Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { asTyped } from '../failure.ts'
import { notRunning, withCluster } from '../local/cluster.ts'
import { nodeRows } from '../local/nodes.ts'
import { table } from '../terminal/table.ts'

interface Act {
  readonly verb: MachineVerb
  readonly description: string
  /** What is so afterwards. */
  readonly done: string
  readonly next: string
}

const acts: readonly Act[] = [
  {
    verb: 'stop',
    description: 'switch a node off, as by its plug: all on it is killed, its volumes stay',
    done: 'is off',
    next: 'in 50 s it counts as lost, 5 min later its pods are given up; back again: orlop node start',
  },
  {
    verb: 'start',
    description: 'switch a node on again; its pods start where they were',
    done: 'is on',
    next: '',
  },
  {
    verb: 'cut',
    description: 'cut a node off the network: its pods go on, but nobody else reaches them',
    done: 'is cut off',
    next: 'in 50 s it counts as lost, 5 min later its pods are given up; back again: orlop node mend',
  },
  { verb: 'mend', description: 'connect a node that was cut off', done: 'is connected', next: '' },
  {
    verb: 'freeze',
    description: 'let time stand still on a node: its pods neither answer nor end',
    done: 'is frozen',
    next: 'in 50 s it counts as lost, 5 min later its pods are given up; back again: orlop node thaw',
  },
  { verb: 'thaw', description: 'let a frozen node go on', done: 'goes on', next: '' },
]

/** Trying out what happens when a node is lost. */
export function nodeCommand(context: Context): Command {
  const node = new Command('node')
    .description('show the nodes of the local Kubernetes, or try what happens when one is lost')
    .addHelpText(
      'after',
      `
Examples:
  orlop up --nodes 3
  orlop node ls
  orlop node stop node-2     and watch: orlop status, kubectl get pods -w
  orlop node start node-2

To empty a node first: kubectl drain node-2 --ignore-daemonsets --delete-emptydir-data
To say that a lost node will not come back by itself, so that the pods of StatefulSets move:
  kubectl taint nodes node-2 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`,
    )
  node.addCommand(listCommand(context))
  for (const act of acts) node.addCommand(actCommand(context, act))
  for (const command of node.commands) {
    command.showHelpAfterError(`(orlop node ${command.name()} --help tells more)`).exitOverride((error) => {
      throw error
    })
  }
  return node
}

function listCommand(context: Context): Command {
  return new Command('ls')
    .description('every node: its machine, what Kubernetes thinks of it, zone, pods, address')
    .addOption(new Option('-o, --output <form>', 'for programs').choices(['json']))
    .option('--names', 'only the names')
    .action(async (options: { output?: string; names?: boolean }) => {
      const { env, stdout, signal } = context
      const folder = await localFolder(context)
      const machines = await askMachines(folder, { verb: 'list' })
      if (options.names === true) {
        stdout.write(machines.map(({ name }) => `${name}\n`).join(''))
        return
      }
      const rows = await withCluster(context, {}, ({ client }) => nodeRows(client, machines, signal))
      if (options.output === 'json') stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
      else {
        const titles = ['NODE', 'MACHINE', 'STATUS', 'ZONE', 'PODS', 'ADDRESS']
        const cells = rows.map((r) => [r.name, r.machine, r.status, r.zone, String(r.pods), r.address])
        stdout.write(asTyped(`${table([titles, ...cells])}\n`, env))
      }
    })
}

function actCommand(context: Context, { verb, description, done, next }: Act): Command {
  return new Command(verb)
    .description(description)
    .argument('<name>', 'the node, as node ls names it')
    .action(async (name: string) => {
      await askMachines(await localFolder(context), { verb, name })
      const hint = next === '' ? '' : `  ${next} ${name}\n`
      context.stdout.write(asTyped(`✓ ${name} ${done}\n${hint}`, context.env))
    })
}

async function localFolder({ env }: Context): Promise<string> {
  const folder = stateFolder(env)
  if (!(await runningDrydock(folder))) throw notRunning()
  return folder
}
