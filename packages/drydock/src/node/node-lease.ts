import {
  type Client,
  type Clock,
  isAlreadyExists,
  isNotFound,
  type Lease,
  type Log,
  type Node,
  resources,
} from '@orlop/kube'
import type { Gate } from './gate.ts'
import { timestamp } from './pod/runtime.ts'

/** How long a renewal is good for unless said; seconds. Renewed four times as often, as by the kubelet. */
export const leaseSeconds = 40

const namespace = 'kube-node-lease'

interface Kept {
  readonly client: Client
  readonly node: Node
  /** How long a renewal is good for; seconds. */
  readonly seconds: number
  /** What a node that was cut off waits for: it reports at once. */
  readonly link: Gate
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Keeps the node's lease fresh, the one thing a node writes without a cause, and says that the node is ready where that is doubted. Returns
 * when `signal` is aborted.
 */
export async function keepLease(o: Kept): Promise<void> {
  while (!o.signal.aborted) {
    try {
      await renew(o)
      await reportReady(o)
    } catch (error) {
      if (o.signal.aborted) return
      o.log.warn({ err: error }, 'the lease of the node was not renewed')
    }
    const back = new AbortController()
    const stop = o.link.onChange((open) => open && back.abort())
    await o.clock.sleep(o.seconds * 250, AbortSignal.any([o.signal, back.signal])).catch(() => {})
    stop()
  }
}

/** The control plane may have given the node up meanwhile. One that a person has deleted is not made again. */
async function reportReady({ client, node, clock, signal }: Kept): Promise<void> {
  const where = { name: node.metadata.name }
  const live = await client.get(resources.nodes, where, { signal }).catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  if (live === undefined || live.status?.conditions?.every(({ status }) => status !== 'Unknown')) return
  const at = timestamp(clock.now())
  const conditions = node.status?.conditions?.map((condition) => ({
    ...condition,
    lastHeartbeatTime: at,
    lastTransitionTime: at,
  }))
  const body = { metadata: { uid: live.metadata.uid }, status: { conditions } }
  await client.patch(resources.nodes, where, { type: 'strategic', body }, { subresource: 'status', signal })
}

async function renew(o: Kept): Promise<void> {
  const { name } = o.node.metadata
  const spec = {
    holderIdentity: name,
    leaseDurationSeconds: Math.max(1, Math.round(o.seconds)),
    renewTime: new Date(o.clock.now()).toISOString().replace('Z', '000Z'),
  }
  try {
    await o.client.patch(
      resources.leases,
      { namespace, name },
      { type: 'merge', body: { spec } },
      { signal: o.signal },
    )
  } catch (error) {
    if (!isNotFound(error)) throw error
    const { uid } = o.node.metadata
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace,
        ...(uid && { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] }),
      },
      spec,
    }
    await o.client.create(resources.leases, lease, { signal: o.signal }).catch((e: unknown) => {
      if (!isAlreadyExists(e)) throw e
    })
  }
}
