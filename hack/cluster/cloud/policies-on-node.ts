/** The rules of one node: those that the local Kubernetes compiles, with only this node's pods isolated. */
import type { Namespace, NetworkPolicy, Pod } from '@orlop/kube'
import { compilePolicies } from '../../../packages/drydock/src/network/policy/compile.ts'
import { labelsOf, policyPod } from '../../../packages/drydock/src/network/policy/policy-world.ts'
import type { Table } from '../../../packages/drydock/src/network/rules/change.ts'
import type { Node } from '../addresses.ts'

export interface World {
  readonly policies: readonly NetworkPolicy[]
  readonly namespaces: readonly Namespace[]
  readonly pods: readonly Pod[]
  /** What is known of the addresses of pods before the API knows it, by uid. */
  readonly addresses: ReadonlyMap<string, string>
}

/**
 * A node judges its own pods alone: it sees the real addresses at both ends, while what another node has passed on for a NodePort bears
 * that node's address. Its own processes always reach its pods, and are reached by them, under each of the node's addresses:
 * "Traffic to and from the node where a Pod is running is always allowed" (the documentation of NetworkPolicy).
 */
export function policiesOnNode(node: Node, { policies, namespaces, pods, addresses }: World): Table {
  const isolable = pods.flatMap((pod) => {
    const address = addresses.get(pod.metadata.uid ?? '') ?? pod.status?.podIP
    if (address === undefined) return []
    // An undefined node: a peer that counts, and that is isolated elsewhere.
    const here = pod.spec?.nodeName === node.name
    const found = policyPod(pod, { address, node: node.gateway })
    return found ? [here ? found : { ...found, node: undefined }] : []
  })
  const table = compilePolicies({ policies, pods: isolable, namespaces: labelsOf(namespaces) })
  const always = new Map(table.sets.get('always'))
  for (const pair of [...always.keys()])
    always.set(
      pair
        .split(' . ')
        .map((one) => (one === node.gateway ? node.address : one))
        .join(' . '),
      '',
    )
  return { ...table, sets: new Map([...table.sets, ['always', always]]) }
}
