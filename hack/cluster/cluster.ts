/** The command line: see README.md. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { addons } from './addons/addons.ts'
import { nodeNamed } from './addresses.ts'
import { joinCgroup } from './cgroups.ts'
import { ClusterError } from './cluster-error.ts'
import { down } from './down.ts'
import { loadImages } from './images.ts'
import { powerOff, powerOn } from './machine.ts'
import { plug } from './network.ts'
import { commandsOf, placeOf } from './place.ts'
import { Progress } from './progress.ts'
import { remainsOf } from './remains.ts'
import { up } from './up.ts'

const usage = `usage: hack/cluster/cluster.ts COMMAND
  up                          build what is missing, and start the cluster
  down                        stop it, and take everything away that it left
  check                       list what is on this machine of it; exit code 1 if there is anything
  kubectl ARGUMENT...         speak to it
  run [--outside] COMMAND...  run something in its network, or outside of the cluster
  load ARCHIVE...             load docker archives into every node
  node cut|mend NAME          pull a node's cable, or put it back
  node off|on NAME            cut a node's power, or switch it on again
ORLOP_CLUSTER is its name: 'orlop' unless said.`

const [name = '', ...args] = process.argv.slice(2)
const place = placeOf(process.env['ORLOP_CLUSTER'] ?? 'orlop')
const progress = new Progress(() => performance.now(), console.log)

try {
  if (process.getuid?.() !== 0)
    throw new ClusterError('NeedsRoot', 'a real cluster needs root: network namespaces, mounts, cgroups')
  process.exitCode = await run(name, args)
} catch (error) {
  if (!(error instanceof ClusterError)) throw error
  console.error(`${name}: ${error.message}`)
  process.exitCode = 1
}

/** Gives the exit code. */
async function run(name: string, args: readonly string[]): Promise<number> {
  switch (name) {
    case 'up':
      await up(place, addons, progress)
      console.log('\nspeak to it with hack/cluster/kubectl, stop it with make cluster-down')
      return 0
    case 'down':
      await down(place, progress, console.error)
      return 0
    case 'check': {
      const left = await remainsOf(place)
      for (const line of left) console.log(line)
      return left.length === 0 ? 0 : 1
    }
    case 'kubectl':
    case 'run':
      return spawnSync(join(import.meta.dirname, name), args, { stdio: 'inherit' }).status ?? 1
    case 'load':
      await loadImages(place, args)
      return 0
    case 'node':
      return await atNode(args)
    default:
      console.error(usage)
      return 2
  }
}

async function atNode([verb, name]: readonly string[]): Promise<number> {
  const node = nodeNamed(place, name ?? '')
  switch (verb) {
    case 'cut':
    case 'mend':
      await plug(place, node, verb === 'mend' ? 'in' : 'out')
      return 0
    case 'off':
      // What the kernel keeps of a node would go on passing packets.
      await plug(place, node, 'out')
      await powerOff(place, node)
      return 0
    case 'on':
      await joinCgroup(commandsOf(place))
      await plug(place, node, 'in')
      await powerOn(place, node)
      return 0
    default:
      console.error(usage)
      return 2
  }
}
