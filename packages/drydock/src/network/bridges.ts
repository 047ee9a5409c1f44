import { mkdir, writeFile } from 'node:fs/promises'
import { ip, ipRemove } from './command.ts'
import {
  apiAddressOf,
  besideAddressOf,
  claimInterface,
  dnsAddressOf,
  doorAddressOf,
  linkGroup,
  type NodeRange,
  type Ranges,
} from './ranges.ts'

/**
 * Makes the nodes' bridges and the interface of the Services in the current network namespace, and lets it pass packets between
 * them: whatever runs here reaches every pod and Service.
 * @throws {NetworkError} `CommandFailed`
 */
export async function makeBridges(ranges: Ranges, nodes: readonly NodeRange[]): Promise<void> {
  const claimed = claimInterface(ranges)
  const beside = besideAddressOf(ranges)
  const own = [dnsAddressOf(ranges), apiAddressOf(ranges), beside, doorAddressOf(ranges)]
  await mkdir('/run/netns', { recursive: true })
  await ip([
    ...own.map((address) => `addr replace ${address}/32 dev ${claimed}`),
    `link set ${claimed} up`,
    `route replace ${ranges.services} dev ${claimed} src ${beside}`,
    ...nodes.flatMap(({ bridge, gateway, subnet }) => [
      `link add ${bridge} address ${gatewayMac} group ${linkGroup(ranges)} type bridge`,
      `addr add ${gateway}/24 dev ${bridge} noprefixroute`,
      `link set ${bridge} up`,
      // What runs beside the nodes comes from an address of its own, and only what binds to the node's address comes from the node:
      // a node that is cut off still reaches its own pods.
      `route add ${subnet} dev ${bridge} src ${beside}`,
    ]),
  ])
  await setting('net/ipv4/ip_forward', '1')
  for (const name of ['all', claimed, ...nodes.map(({ bridge }) => bridge)]) {
    await setting(`net/ipv4/conf/${name}/rp_filter`, '0')
    // Pods of one node speak by way of the node: it must not tell them to go directly.
    await setting(`net/ipv4/conf/${name}/send_redirects`, '0')
  }
}

/**
 * Fixed: a bridge left to itself takes the lowest address of its ports, another one whenever a pod comes or goes, and the other
 * pods would send to the old one until their neighbour entries age, for half a minute.
 */
const gatewayMac = '02:00:0a:f4:00:01'

/** Removes the bridges and the pods' links to them; what is gone already does not matter. */
export async function removeBridges(ranges: Ranges): Promise<void> {
  await ipRemove([`link del group ${linkGroup(ranges)}`])
}

/** A setting of the kernel, of the network namespace this process is in. */
function setting(path: string, value: string): Promise<void> {
  return writeFile(`/proc/sys/${path}`, value)
}
