/** Images come as archives: there is no registry. */

import { nodesOf } from './addresses.ts'
import { command } from './command.ts'
import { containerdSocketOf } from './node.ts'
import type { Place } from './place.ts'
import { until } from './wait.ts'

/** For one archive on one node, in ms. */
const importsWithin = 180_000
/** containerd of a node that was started just now, in ms. */
const startsWithin = 60_000

/** Loads docker archives into every node, all nodes at once. */
export async function loadImages(place: Place, archives: readonly string[]): Promise<void> {
  await Promise.all(
    nodesOf(place).map(async (node) => {
      const ctr = ['--address', containerdSocketOf(node), '--namespace', 'k8s.io']
      await until(`containerd of ${node.name}`, startsWithin, () => command('ctr', [...ctr, 'version']))
      // One after the other: each is unpacked onto the same disk.
      for (const archive of archives)
        await command('ctr', [...ctr, 'images', 'import', archive], { deadline: importsWithin })
    }),
  )
}
