/** The command line: see README.md. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { addons } from './addons/addons.ts'
import { nodeNamed } from './addresses.ts'
import { joinCgroup } from './cgroups.ts'
import { ClusterError } from './cluster-error.ts'
import { down } from './down.ts'
import { loadImages } from './images.ts'
import { isOn, onMachine, powerOff, powerOn } from './machine.ts'
import { plug } from './network.ts'
import { commandsOf, defaultName, type Place, placeOf } from './place.ts'
import { Progress } from './progress.ts'
import { remainsOf } from './remains.ts'
import { stopping, up } from './up.ts'

const usage = `usage: hack/cluster/cluster.ts COMMAND
  up                          build what is missing, and start the cluster
  down                        stop it, and take everything away that it left
  check                       list what is on this machine of it; exit code 1 if there is anything
  kubectl ARGUMENT...         speak to it
  run [--outside] COMMAND...  run something in its network, or outside of the cluster
  load ARCHIVE...             load docker archives into every node
  node cut|mend NAME          pull a node's cable, or put it back
  node off|on NAME            cut a node's power, or switch it on again
  node run NAME COMMAND...    run something on a node, with its network and its files
ORLOP_CLUSTER is its name: '${defaultName}' unless said.`

const [name = '', ...args] = process.argv.slice(2)

try {
  process.exitCode = await carryOut(placeOf(process.env['ORLOP_CLUSTER'] ?? defaultName))
} catch (error) {
  if (!(error instanceof ClusterError)) throw error
  console.error(`${name}: ${error.message}`)
  process.exitCode = 1
}

/** Gives the exit code. */
async function carryOut(place: Place): Promise<number> {
  const progress = new Progress(() => performance.now(), console.log)
  switch (name) {
    case 'up':
      asRoot()
      await up(place, addons, progress).catch((error: unknown) => {
        if (existsSync(place.folder)) console.error(`what ran so far says why in ${place.folder}/*/log`)
        throw error
      })
      console.log(`\nspeak to it with hack/cluster/kubectl, stop it with ${stopping(place)}`)
      return 0
    case 'down':
      asRoot()
      await down(place, progress, console.error)
      return 0
    case 'check': {
      asRoot()
      const left = await remainsOf(place)
      for (const line of left) console.log(line)
      return left.length === 0 ? 0 : 1
    }
    case 'kubectl':
    case 'run':
      return inTerminal(join(import.meta.dirname, name), args)
    case 'load':
      running(place)
      await loadImages(place, args)
      return 0
    case 'node':
      running(place)
      return await atNode(place)
    default:
      return misused()
  }
}

async function atNode(place: Place): Promise<number> {
  const [verb, which = '', ...words] = args
  const node = nodeNamed(place, which)
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
      await plug(place, node, 'in')
      if (await isOn(place, node)) return 0
      await joinCgroup(commandsOf(place))
      await powerOn(place, node)
      return 0
    case 'run':
      return inTerminal('nsenter', await onMachine(place, node, ...words))
    default:
      return misused()
  }
}

function inTerminal(program: string, words: readonly string[]): number {
  return spawnSync(program, words, { stdio: 'inherit' }).status ?? 1
}

function misused(): number {
  console.error(usage)
  return 2
}

function asRoot(): void {
  if (process.getuid?.() !== 0)
    throw new ClusterError('NeedsRoot', 'a real cluster needs root: network namespaces, mounts, cgroups')
}

function running({ name, folder }: Place): void {
  asRoot()
  if (!existsSync(folder)) throw new ClusterError('NotRunning', `the cluster ${name} is not running`)
}
