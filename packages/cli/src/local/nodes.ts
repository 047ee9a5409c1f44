/** What a person wants to know of the nodes of the local Kubernetes. */
import type { MachineInfo } from '@orlop/drydock'
import { type Client, type Node, resources } from '@orlop/kube'

export interface NodeRow {
  readonly name: string
  /** What was done to it: running, off, cut, frozen. */
  readonly machine: string
  /** As kubectl shows it. */
  readonly status: string
  readonly zone: string
  readonly pods: number
  readonly address: string
}

export async function nodeRows(
  client: Client,
  machines: readonly MachineInfo[],
  signal: AbortSignal,
): Promise<NodeRow[]> {
  const nodes = await client.list(resources.nodes, { signal })
  const pods = await client.list(resources.pods, { signal })
  return machines.map(({ name, state }) => {
    const node = nodes.items.find(({ metadata }) => metadata.name === name)
    return {
      name,
      machine: state,
      status: statusOf(node),
      zone: node?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '-',
      pods: pods.items.filter(({ spec }) => spec?.nodeName === name).length,
      address: node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '-',
    }
  })
}

function statusOf(node: Node | undefined): string {
  if (node === undefined) return 'deleted'
  const ready = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
  const cordoned = node.spec?.unschedulable === true ? ',SchedulingDisabled' : ''
  return `${ready ? 'Ready' : 'NotReady'}${cordoned}`
}
