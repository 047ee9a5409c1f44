import { quantity } from '../../quantity.ts'
import type { Container, PlacedPod, ResourceFieldSelector } from '../pod/types.ts'

/** What the downward API can tell beside what is in the object. */
export interface Surroundings {
  readonly podIP: string
  readonly hostIP: string
  readonly nodeName: string
  /** Used for limits a container does not set. `cpu` in cores, `memory` in bytes. */
  readonly allocatable: { readonly cpu: number; readonly memory: number; readonly ephemeralStorage: number }
}

/** The value of a `fieldRef`; undefined for a path that the downward API does not know. */
export function fieldOf(path: string, pod: PlacedPod, around: Surroundings): string | undefined {
  const metadata = pod.object.metadata
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path)
  if (subscript) {
    const map = subscript[1] === 'labels' ? metadata.labels : metadata.annotations
    return map?.[subscript[2] ?? ''] ?? ''
  }
  switch (path) {
    case 'metadata.name':
      return pod.name
    case 'metadata.namespace':
      return pod.namespace
    case 'metadata.uid':
      return pod.uid
    case 'metadata.labels':
      return mapAsLines(metadata.labels)
    case 'metadata.annotations':
      return mapAsLines(metadata.annotations)
    case 'spec.nodeName':
      return around.nodeName
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? 'default'
    case 'status.podIP':
    case 'status.podIPs':
      return around.podIP
    case 'status.hostIP':
    case 'status.hostIPs':
      return around.hostIP
    default:
      return undefined
  }
}

/** The value of a `resourceFieldRef`, divided and rounded up; undefined for a resource that the downward API does not know. */
export function resourceOf(
  ref: ResourceFieldSelector,
  pod: PlacedPod,
  own: Container | undefined,
  around: Surroundings,
): string | undefined {
  const container =
    ref.containerName === undefined ? own : everyContainer(pod).find((c) => c.name === ref.containerName)
  const match = /^(limits|requests)\.(cpu|memory|ephemeral-storage)$/.exec(ref.resource)
  if (!container || !match) return undefined
  const [, kind, name] = match
  const key = name ?? ''
  const asked = container.resources?.[kind === 'limits' ? 'limits' : 'requests']?.[key]
  const value = quantity(asked) ?? (kind === 'limits' ? allocatable(key, around) : 0)
  const divisor = quantity(ref.divisor) || 1
  // Rounded first to a nano unit: 0.1 / 0.001 is 100.00000000000001 in floating point and must not become 101.
  return String(Math.ceil(Number((value / divisor).toFixed(9))))
}

function allocatable(name: string, around: Surroundings): number {
  if (name === 'cpu') return around.allocatable.cpu
  return name === 'memory' ? around.allocatable.memory : around.allocatable.ephemeralStorage
}

function everyContainer(pod: PlacedPod): readonly Container[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers]
}

/** As `fieldpath.FormatMap` writes it: sorted `key="value"` lines with Go's quoting, close enough to JSON's. */
function mapAsLines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')
}
