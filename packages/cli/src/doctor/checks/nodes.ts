/** Whether there are nodes that a cache can run on, and how large an instance may be. */
import { datasetShare, formatBytes, Mi, parseQuantity } from '@orlop/api'
import type { Node } from '@orlop/kube'
import type { Check, Finding } from '../check.ts'
import { oldest } from './kubernetes-version.ts'

export const nodes: Check = {
  name: 'nodes',
  title: 'Nodes',
  run: async (look) => judgeNodes(await look.nodes()),
}

/** The dataset of the smallest cache that is of use; its container takes 92Mi. */
const smallest = 64 * Mi
const architectures = ['amd64', 'arm64']
const pressures = ['MemoryPressure', 'DiskPressure', 'PIDPressure']

export function judgeNodes(all: readonly Node[]): Finding {
  const linux = all.filter(({ status }) => (status?.nodeInfo?.operatingSystem ?? 'linux') === 'linux')
  const ready = linux.filter(isReady)
  const open = ready.filter(takesPods)
  const details = [...groups(linux), ...troubles(linux)]
  const counted = `${ready.length} of ${linux.length} ready`
  if (open.length === 0) {
    return {
      result: 'fail',
      seen:
        ready.length === 0
          ? `${counted}: no pod can run`
          : `${counted}, and each is cordoned or has a taint that pods have to tolerate`,
      details,
      remedy:
        ready.length === 0
          ? 'kubectl describe nodes'
          : 'kubectl uncordon NODE, take a taint away, or set placement.tolerations in each cache',
    }
  }
  const largest = Math.max(...open.map((node) => memoryOf(node) * datasetShare))
  if (largest < smallest) {
    return {
      result: 'fail',
      seen: `${counted}; none has room for a cache of ${formatBytes(smallest)}`,
      details,
      remedy: 'add a node with more memory',
    }
  }
  const mebibytes = Math.floor(largest / Mi) * Mi
  const seen = `${counted}; memory of an instance: at most ${rounded(mebibytes)}, while a node is otherwise empty`
  const lost = linux.filter((node) => !isReady(node))
  if (lost.length > 0) {
    return {
      result: 'warn',
      seen,
      details,
      remedy: `kubectl describe node ${lost[0]?.metadata.name}`,
    }
  }
  const foreign = open.some((node) => !architectures.includes(node.status?.nodeInfo?.architecture ?? 'amd64'))
  if (foreign || troubles(linux).length > 0) {
    return {
      result: 'warn',
      seen,
      details,
      remedy: foreign ? 'keep caches on amd64 or arm64: placement.nodeSelector' : 'kubectl describe nodes',
    }
  }
  return { result: 'ok', seen, details }
}

/** Nodes of one make in one line. */
function groups(all: readonly Node[]): string[] {
  const makes = new Map<string, number>()
  for (const { status, spec } of all) {
    const info = status?.nodeInfo
    const taints = (spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`)
    const make = [
      info?.architecture ?? '?',
      `kernel ${info?.kernelVersion ?? '?'}`,
      info?.containerRuntimeVersion?.replace('://', ' ') ?? '?',
      `kubelet ${info?.kubeletVersion ?? '?'}`,
      `${status?.allocatable?.['cpu'] ?? '?'} CPU, ${rounded(parseQuantity(status?.allocatable?.['memory'] ?? '') ?? 0)}`,
      ...(taints.length > 0 ? [`taints ${taints.join(' ')}`] : []),
    ].join(', ')
    makes.set(make, (makes.get(make) ?? 0) + 1)
  }
  return [...makes].map(([make, count]) => `${count} × ${make}`)
}

function troubles(all: readonly Node[]): string[] {
  return all.flatMap(({ metadata, status }) => {
    const bad = (status?.conditions ?? []).filter((c) => pressures.includes(c.type) && c.status === 'True')
    const minor = Number(/^v1\.(\d+)\./.exec(status?.nodeInfo?.kubeletVersion ?? '')?.[1] ?? oldest)
    return [
      ...bad.map(({ type }) => `${metadata.name}: ${type}`),
      ...(minor < oldest ? [`${metadata.name}: its kubelet is older than 1.${oldest}`] : []),
    ]
  })
}

export function isReady({ status }: Node): boolean {
  return status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false
}

function takesPods({ spec }: Node): boolean {
  const repels = (spec?.taints ?? []).some(({ effect }) => effect !== 'PreferNoSchedule')
  return spec?.unschedulable !== true && !repels
}

function memoryOf({ status }: Node): number {
  return parseQuantity(status?.allocatable?.['memory'] ?? '') ?? 0
}

/** formatBytes is exact; here two digits are enough. */
function rounded(bytes: number): string {
  const gibibytes = bytes / (1024 * Mi)
  return gibibytes < 1 ? `${Math.floor(bytes / Mi)}Mi` : `${gibibytes.toFixed(gibibytes < 10 ? 1 : 0)}Gi`
}
