/**
 * Notices when a node falls silent: its conditions become Unknown, it is tainted, and its pods are no longer ready. Nothing here
 * ends a pod; that is what the taints are for.
 */
import { keyOf, type Lease, type Node, type Pod, resources, watches } from '@orlop/kube'
import { type ControllerContext, recorder, register, watchPods } from '../context.ts'
import { isReady } from '../pod-state.ts'
import { timestamp } from '../timestamp.ts'
import { readiness, silentConditions, wantedTaints } from './health.ts'

/** The last word of a node, and when this process took note of it: its own clock may be wrong. */
interface Word {
  readonly said: string
  readonly at: number
  /** When its silence is to be looked at. */
  readonly due: number
}

export function nodeLifecycle(context: ControllerContext): void {
  const { client, clock, manager, nodeGrace, log } = context
  const nodes = manager.reflector(resources.nodes)
  const leases = manager.reflector(resources.leases, { namespace: 'kube-node-lease' })
  const pods = watchPods(context)
  const events = recorder(context, 'node-controller')
  const words = new Map<string, Word>()

  /** Milliseconds until the node counts as lost; not positive when it does. */
  const untilLost = (node: Node): number => {
    const { name } = node.metadata
    const now = clock.now()
    const said = wordOf(node, leases.store.get(`kube-node-lease/${name}`))
    const last = words.get(name)
    // A look that comes far too late says that this process stood still, as on a laptop that slept: the node may be well.
    const stoodStill = last !== undefined && now > last.due + nodeGrace / 2 && readiness(node) === 'True'
    const at = last?.said === said && !stoodStill ? last.at : now
    words.set(name, { said, at, due: at + nodeGrace })
    return at + nodeGrace - now
  }

  const markSilent = async (node: Node, signal: AbortSignal): Promise<void> => {
    const { name, uid, resourceVersion } = node.metadata
    const conditions = silentConditions(node, timestamp(clock.now()))
    if (conditions === undefined) return
    log.info({ kind: 'Node', name, reason: 'NodeStatusUnknown' }, 'lost')
    const body = { metadata: { uid, resourceVersion }, status: { conditions } }
    await client.patch(resources.nodes, { name }, { type: 'merge', body }, { subresource: 'status', signal })
    const note = `Node ${name} status is now: NodeNotReady`
    events.record(node, { type: 'Normal', reason: 'NodeNotReady', note })
  }

  const setTaints = async (node: Node, signal: AbortSignal): Promise<void> => {
    // Where every node is lost the fault is more likely here: nothing is evicted then.
    const evicts = nodes.store.list().some((other) => readiness(other) === 'True')
    const taints = wantedTaints(node, evicts, timestamp(clock.now()))
    if (taints === undefined) return
    const { name, uid, resourceVersion } = node.metadata
    const spec = { taints: taints.length === 0 ? null : taints }
    const body = { metadata: { uid, resourceVersion }, spec }
    await client.patch(resources.nodes, { name }, { type: 'merge', body }, { signal })
  }

  const markNotReady = async (pod: Pod, signal: AbortSignal): Promise<void> => {
    const condition = { type: 'Ready', status: 'False', lastTransitionTime: timestamp(clock.now()) }
    const body = { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } }
    await client.patch(
      resources.pods,
      pod.metadata,
      { type: 'strategic', body },
      { subresource: 'status', signal },
    )
    events.record(pod, { type: 'Warning', reason: 'NodeNotReady', note: 'Node is not ready' })
  }

  const all = (): string[] => nodes.store.list().map(keyOf)
  register(context, {
    name: 'node-lifecycle',
    reconcile: async ({ name }, signal) => {
      const node = nodes.store.get(name)
      if (node === undefined) return void words.delete(name)
      if (!words.has(name)) {
        const note = `Node ${name} event: Registered Node ${name} in Controller`
        events.record(node, { type: 'Normal', reason: 'RegisteredNode', note })
      }
      const left = untilLost(node)
      await setTaints(node, signal)
      if (left > 0) return { requeueAfter: left }
      await markSilent(node, signal)
      // Its kubelet cannot say otherwise, and says it again once it can.
      if (readiness(node) === 'True') return
      for (const pod of pods.store.byIndex('node', name).filter(isReady)) await markNotReady(pod, signal)
    },
    sources: [
      watches(nodes, (node, old) => (old && readiness(old) === readiness(node) ? [keyOf(node)] : all())),
      watches(leases, ({ metadata }) => [metadata.name]),
      watches(pods, (pod, old) => {
        const name = pod.spec?.nodeName
        const shows = name !== undefined && isReady(pod) && !(old && isReady(old))
        const node = shows ? nodes.store.get(name) : undefined
        return node !== undefined && readiness(node) !== 'True' ? [name ?? ''] : []
      }),
    ],
  })
}

/** What changes with every sign of life, and with nothing that is written here. */
function wordOf({ metadata, status }: Node, lease: Lease | undefined): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  const heartbeat = ready === undefined ? metadata.creationTimestamp : ready.lastHeartbeatTime
  return `${metadata.uid} ${lease?.spec?.renewTime ?? ''} ${heartbeat ?? ''}`
}
