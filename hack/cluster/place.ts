/** Where a cluster lives on this machine: everything that bears its name, so that several live side by side. */
import { join } from 'node:path'
import { ClusterError } from './cluster-error.ts'

/** What a cluster is called that nobody named. */
export const defaultName = 'orlop'

/** The folder of all clusters. */
export const clusters = '/var/lib/orlop-cluster'

export interface Place {
  readonly name: string
  /** All it keeps: keys, logs, the disks of its machines. */
  readonly folder: string
  /** Its cgroup, below the root of every hierarchy. */
  readonly cgroup: string
  /** The kubeconfig of its administrator. */
  readonly kubeconfig: string
}

/** A machine of the cluster: namespaces of the kernel with processes of their own. */
export interface Machine {
  /** `cp`, `node-1`... */
  readonly name: string
  /** The network namespace, as `ip netns` lists it. */
  readonly netns: string
  /** What it sees as /var/lib and /var/log lies here in `lib` and `log`. */
  readonly folder: string
  readonly address: string
}

/**
 * @param name at most 8 characters: links of the switch are named after it, and those have 15.
 * @throws {ClusterError} `BadName`
 */
export function placeOf(name: string): Place {
  if (!/^[a-z][a-z0-9]{0,7}$/.test(name)) {
    throw new ClusterError(
      'BadName',
      `${JSON.stringify(name)} is no name of a cluster: a letter, then at most 7 letters and digits`,
    )
  }
  const folder = join(clusters, name)
  return { name, folder, cgroup: `orlop-cluster-${name}`, kubeconfig: join(folder, 'admin.conf') }
}

/** The cgroup of commands that start something: whoever is interrupted while it does is ended with the cluster. */
export const commandsOf = ({ cgroup }: Place): string => `${cgroup}/commands`
