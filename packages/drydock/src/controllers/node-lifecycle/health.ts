/** What the control plane makes of a node's silence: conditions and taints. Pure. Source: pkg/controller/nodelifecycle. */
import type { Node } from '@orlop/kube'
import type { NodeCondition, Taint } from '../wire.ts'

const UNREACHABLE = 'node.kubernetes.io/unreachable'
const NOT_READY = 'node.kubernetes.io/not-ready'
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'

/** What a kubelet posts: without word from it nobody knows. */
const posted = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** The taint that stands for a condition of a status. */
const taintOf: Readonly<Record<string, string>> = {
  'Ready False': NOT_READY,
  'Ready Unknown': UNREACHABLE,
  'MemoryPressure True': 'node.kubernetes.io/memory-pressure',
  'DiskPressure True': 'node.kubernetes.io/disk-pressure',
  'PIDPressure True': 'node.kubernetes.io/pid-pressure',
  'NetworkUnavailable True': 'node.kubernetes.io/network-unavailable',
}
const noSchedule = new Set([...Object.values(taintOf), UNSCHEDULABLE])
const noExecute = new Set([UNREACHABLE, NOT_READY])

export function readiness(node: Node): string | undefined {
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status
}

/** The conditions of a node that has been silent for too long; undefined where they say so already. `now` in RFC 3339. */
export function silentConditions(node: Node, now: string): NodeCondition[] | undefined {
  const before = node.status?.conditions ?? []
  const never = {
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: node.metadata.creationTimestamp ?? now,
  }
  const silent = { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }
  const missing = posted.filter((type) => !before.some((condition) => condition.type === type))
  const known = before.some(({ type, status }) => posted.includes(type) && status !== 'Unknown')
  if (missing.length === 0 && !known) return undefined
  return [
    ...before.map((condition) =>
      posted.includes(condition.type) && condition.status !== 'Unknown'
        ? { ...condition, ...silent, status: 'Unknown', lastTransitionTime: now }
        : condition,
    ),
    ...missing.map((type) => ({ type, status: 'Unknown', ...never, lastTransitionTime: now })),
  ]
}

/**
 * The taints a node should have: NoSchedule by its conditions and cordon, and NoExecute when it is not ready and `evicts`. Those of others
 * stay. Undefined where it has them. `now` in RFC 3339.
 */
export function wantedTaints(node: Node, evicts: boolean, now: string): Taint[] | undefined {
  const keys = (node.status?.conditions ?? []).flatMap(
    ({ type, status }) => taintOf[`${type} ${status}`] ?? [],
  )
  const before = node.spec?.taints ?? []
  const wanted = [
    ...(node.spec?.unschedulable === true ? [...keys, UNSCHEDULABLE] : keys).map((key) => ({
      key,
      effect: 'NoSchedule',
    })),
    ...(evicts ? keys.filter((key) => noExecute.has(key)) : []).map((key) => ({ key, effect: 'NoExecute' })),
  ]
  const isOurs = ({ key, effect }: Taint): boolean =>
    (effect === 'NoSchedule' && noSchedule.has(key)) || (effect === 'NoExecute' && noExecute.has(key))
  const same = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect
  const kept = before.filter((taint) => !isOurs(taint) || wanted.some((other) => same(taint, other)))
  const added = wanted
    .filter((taint) => !before.some((other) => same(taint, other)))
    .map((taint) => ({ ...taint, timeAdded: now }))
  return kept.length === before.length && added.length === 0 ? undefined : [...kept, ...added]
}
