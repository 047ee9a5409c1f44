/** The network between the machines: one switch, a cable to each, and no way out. */
import {
  controlPlaneOf,
  loadBalancerRange,
  type Node,
  nodesOf,
  outsideAddress,
  outsideOf,
  podRange,
  serviceRange,
  switchOf,
} from './addresses.ts'
import { command, inNetns, ip } from './command.ts'
import type { Machine, Place } from './place.ts'

interface Plug {
  readonly netns: string
  readonly address: string
  readonly routes: readonly string[]
}

/** Cables are made from within the switch's namespace, so that the root namespace never has a link, a route or a rule of the cluster. */
export async function makeNetwork(place: Place): Promise<void> {
  const nodes = nodesOf(place)
  const outside: Plug = { netns: outsideOf(place), address: outsideAddress, routes: [] }
  const plugs = [plugOf(controlPlaneOf(place), nodes), ...nodes.map((node) => plugOf(node, nodes)), outside]
  const hub = switchOf(place)
  // Built into some kernels, and loaded by others: after that namespaces have settings for bridges.
  await command('modprobe', ['--quiet', 'br_netfilter']).catch(() => undefined)
  await ip([hub, ...plugs.map(({ netns }) => netns)].map((netns) => `netns add ${netns}`))
  await ip(
    [
      'link set lo up',
      'link add br0 type bridge',
      'link set br0 up',
      ...plugs.flatMap(({ netns }) => [
        `link add ${netns} type veth peer name eth0 netns ${netns}`,
        `link set ${netns} master br0 up`,
      ]),
    ],
    hub,
  )
  for (const plug of plugs) await connect(plug)
  for (const { netns } of nodes) await letPodsOut(netns)
}

/** What is sent to Services never gets onto the cable: kube-proxy turns it to a pod. Anything else has no route: it fails at once. */
function plugOf(machine: Machine, nodes: readonly Node[]): Plug {
  const others = nodes.filter(({ name }) => name !== machine.name)
  return {
    netns: machine.netns,
    address: machine.address,
    routes: [
      ...others.map(({ pods, address }) => `route add ${pods} via ${address}`),
      `route add ${serviceRange} dev eth0`,
      `route add ${loadBalancerRange} dev eth0`,
    ],
  }
}

async function connect({ netns, address, routes }: Plug): Promise<void> {
  await ip(['link set lo up', `addr add ${address}/24 dev eth0`, 'link set eth0 up', ...routes], netns)
  const settings = ['ip_forward=1', 'conf.all.rp_filter=0', 'conf.default.rp_filter=0'].map(
    (one) => `net.ipv4.${one}`,
  )
  // Packets between pods of one node pass its bridge: so its rules see them too.
  settings.push('net.bridge.bridge-nf-call-iptables=1')
  await command('nsenter', inNetns(netns, 'sysctl', '-qw', ...settings))
}

/** The outside knows no pods: what they send there bears their node's address, as with most clusters. */
async function letPodsOut(netns: string): Promise<void> {
  const table = `table ip outside {
  chain leave {
    type nat hook postrouting priority srcnat
    ip saddr ${podRange} ip daddr ${outsideAddress} masquerade
  }
}
`
  await command('nsenter', inNetns(netns, 'nft', '-f', '-'), { input: table })
}

/** Pulls a node's cable out of the switch, or puts it back: what runs on the node goes on. */
export async function plug(place: Place, { netns }: Node, position: 'in' | 'out'): Promise<void> {
  await ip([`link set ${netns} ${position === 'in' ? 'up' : 'down'}`], switchOf(place))
}
