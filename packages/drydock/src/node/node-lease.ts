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

/** As long as a renewal is younger than this, the node is alive; seconds. */
const duration = 40
/** Milliseconds between renewals. */
const period = 10_000

const namespace = 'kube-node-lease'

/** Keeps the node's lease fresh, the one thing a node writes without a cause. Returns when `signal` is aborted. */
export async function keepLease(o: {
  client: Client
  node: Node
  clock: Clock
  log: Log
  signal: AbortSignal
}): Promise<void> {
  const name = o.node.metadata.name
  while (!o.signal.aborted) {
    try {
      await renew(o, name)
    } catch (error) {
      if (o.signal.aborted) return
      o.log.warn({ err: error }, 'the lease of the node was not renewed')
    }
    await o.clock.sleep(period, o.signal).catch(() => {})
  }
}

async function renew(
  o: { client: Client; node: Node; clock: Clock; signal: AbortSignal },
  name: string,
): Promise<void> {
  const spec = {
    holderIdentity: name,
    leaseDurationSeconds: duration,
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
