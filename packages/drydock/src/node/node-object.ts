import { arch, cpus, hostname, release, totalmem } from 'node:os'
import { type Client, isAlreadyExists, type Node, resources } from '@orlop/kube'
import { timestamp } from './pod/runtime.ts'

/** What a node says of itself. */
export interface NodeFacts {
  readonly name: string
  readonly zone: string | undefined
  readonly address: string
  /** How many pods it takes. */
  readonly pods: number
  /** Which limits of containers hold. */
  readonly limits: { readonly memory: boolean; readonly cpu: boolean }
}

/** The machine's size: cores and bytes. */
export function capacityOfMachine(): { cpu: number; memory: number; ephemeralStorage: number } {
  return { cpu: cpus().length, memory: totalmem(), ephemeralStorage: 100 * 2 ** 30 }
}

const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  ppc64: 'ppc64le',
  s390x: 's390x',
}

/** The Node object as it is registered. */
export function nodeObject(facts: NodeFacts, now: number): Node {
  const at = timestamp(now)
  const size = capacityOfMachine()
  const capacity = {
    cpu: String(size.cpu),
    memory: `${Math.floor(size.memory / 1024)}Ki`,
    'ephemeral-storage': `${Math.floor(size.ephemeralStorage / 1024)}Ki`,
    pods: String(facts.pods),
  }
  const architecture = architectures[arch()] ?? arch()
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: at,
    lastTransitionTime: at,
  })
  const enforced = (type: string, holds: boolean, message: string) =>
    holds
      ? condition(type, 'True', 'CgroupsAvailable', message)
      : condition(type, 'False', 'NoCgroups', 'no cgroup may be made here: the limits are not enforced')
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: facts.name,
      labels: {
        'kubernetes.io/hostname': facts.name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': 'linux',
        'beta.kubernetes.io/arch': architecture,
        ...(facts.zone !== undefined && { 'topology.kubernetes.io/zone': facts.zone }),
      },
    },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: 'InternalIP', address: facts.address },
        { type: 'Hostname', address: facts.name },
      ],
      conditions: [
        condition(
          'MemoryPressure',
          'False',
          'KubeletHasSufficientMemory',
          'kubelet has sufficient memory available',
        ),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
        enforced(
          'MemoryLimitsEnforced',
          facts.limits.memory,
          'containers over their memory limit are killed',
        ),
        enforced('CpuLimitsEnforced', facts.limits.cpu, 'containers are held to their cpu limit'),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        machineID: hostname(),
        systemUUID: hostname(),
        bootID: hostname(),
        kernelVersion: release(),
        osImage: 'drydock',
        containerRuntimeVersion: 'drydock://0.1.0',
        kubeletVersion: 'v1.34.4-drydock',
        kubeProxyVersion: 'v1.34.4-drydock',
        operatingSystem: 'linux',
        architecture,
      },
    },
  }
}

/** Registers the node, or says anew what a node that was here before is now; labels, taints and marks of others stay. */
export async function registerNode(client: Client, node: Node, signal: AbortSignal): Promise<Node> {
  const where = { name: node.metadata.name }
  try {
    await client.create(resources.nodes, node, { signal })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
    await client.patch(
      resources.nodes,
      where,
      { type: 'merge', body: { metadata: { labels: node.metadata.labels } } },
      { signal },
    )
  }
  const body = { status: node.status }
  return client.patch(resources.nodes, where, { type: 'merge', body }, { subresource: 'status', signal })
}
