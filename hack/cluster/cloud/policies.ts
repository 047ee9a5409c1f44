/** NetworkPolicies that hold: each node judges what comes to its own pods and what leaves them. */
import { join } from 'node:path'
import { type Namespace, type NetworkPolicy, type Pod, Reflector, resources } from '@orlop/kube'
import { skeleton } from '../../../packages/drydock/src/network/policy/skeleton.ts'
import { type KeptTable, keepTable } from '../../../packages/drydock/src/network/rules/keep-table.ts'
import { nodesOf } from '../addresses.ts'
import { type PodAddresses, watchPodAddresses } from './pod-addresses.ts'
import { policiesOnNode } from './policies-on-node.ts'
import { policyTable } from './policy-table.ts'
import type { Surroundings } from './surroundings.ts'

/** Runs until the signal aborts. */
export async function enforcePolicies(o: Surroundings): Promise<void> {
  const { signal, place } = o
  const policies = new Reflector<NetworkPolicy>({ ...o, resource: resources.networkPolicies })
  const namespaces = new Reflector<Namespace>({ ...o, resource: resources.namespaces })
  const pods = new Reflector<Pod>({ ...o, resource: resources.pods })
  const all = [policies, namespaces, pods]
  const ended = Promise.all(all.map((reflector) => reflector.run(signal)))
  await Promise.all(all.map((reflector) => reflector.synced(signal)))

  const nodes = nodesOf(place)
  const seen: PodAddresses[] = []
  // Filled below: nobody is judged as long as there is no policy.
  const kept: KeptTable[] = []
  const changed = (): void => {
    for (const one of kept) one.changed()
  }
  const changedOthers = (): void => {
    if (policies.store.size > 0) changed()
  }
  for (const { folder } of nodes)
    seen.push(await watchPodAddresses(join(folder, 'lib/cni/results'), changedOthers, signal))
  const tables = await Promise.all(
    nodes.map((node) =>
      keepTable({
        ...o,
        table: policyTable,
        netns: node.netns,
        skeleton: skeleton(policyTable),
        wanted: () =>
          policiesOnNode(node, {
            policies: policies.store.list(),
            namespaces: namespaces.store.list(),
            pods: pods.store.list(),
            addresses: new Map(seen.flatMap((addresses) => [...addresses.current()])),
          }),
      }),
    ),
  )
  kept.push(...tables)
  policies.subscribe(changed)
  namespaces.subscribe(changedOthers)
  pods.subscribe(changedOthers)
  await Promise.all(kept.map((one) => one.stopped(ended)))
}
