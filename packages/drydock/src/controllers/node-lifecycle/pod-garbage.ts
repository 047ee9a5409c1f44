/** Removes pods that nobody is left to end: those of nodes that are no longer, and those on their way out of nodes that are out of service. */
import { keyOf, type Node, type Pod, resources, watches } from '@orlop/kube'
import { find } from '../careful-writes.ts'
import { type ControllerContext, register, watchPods } from '../context.ts'
import { isFinished, isTerminating } from '../pod-state.ts'
import { timestamp } from '../timestamp.ts'
import { readiness } from './health.ts'

/** Put on a node by a person who knows that it is off. */
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'

export function podGarbage(context: ControllerContext): void {
  const { client, clock, log, manager } = context
  const nodes = manager.reflector(resources.nodes)
  const pods = watchPods(context)

  const remove = async (
    pod: Pod,
    reason: 'NodeGone' | 'OutOfService',
    signal: AbortSignal,
  ): Promise<void> => {
    const { namespace, name, uid } = pod.metadata
    log.info({ kind: 'Pod', namespace, name, node: pod.spec?.nodeName, reason }, 'deleting')
    const orphaned = {
      type: 'DisruptionTarget',
      observedGeneration: pod.metadata.generation,
      status: 'True',
      reason: 'DeletionByPodGC',
      message: 'PodGC: node no longer exists',
      lastTransitionTime: timestamp(clock.now()),
    }
    const observedGeneration = pod.metadata.generation
    const status = {
      phase: 'Failed',
      observedGeneration,
      ...(reason === 'NodeGone' ? { conditions: [orphaned] } : {}),
    }
    if (!isFinished(pod)) {
      const body = { metadata: { uid }, status }
      const options = { subresource: 'status', signal }
      await client.patch(resources.pods, pod.metadata, { type: 'strategic', body }, options)
    }
    await client.delete(resources.pods, pod.metadata, {
      preconditions: { uid },
      gracePeriodSeconds: 0,
      signal,
    })
  }

  register(context, {
    name: 'pod-garbage-collector',
    reconcile: async ({ namespace, name }, signal) => {
      const pod = pods.store.get(`${namespace}/${name}`)
      const node = pod?.spec?.nodeName
      if (pod === undefined || !node) return
      const cached = nodes.store.get(node)
      if (cached !== undefined && !(isTerminating(pod) && isOutOfService(cached))) return
      // The cache of nodes may be younger than that of pods, or older than the node's return.
      const live = await find(client, resources.nodes, { name: node }, signal)
      if (live === undefined) await remove(pod, 'NodeGone', signal)
      else if (isTerminating(pod) && isOutOfService(live)) await remove(pod, 'OutOfService', signal)
    },
    sources: [
      watches(pods, (pod) => [keyOf(pod)]),
      watches(nodes, (node) =>
        nodes.store.get(node.metadata.name) === undefined || isOutOfService(node)
          ? pods.store.byIndex('node', node.metadata.name).map(keyOf)
          : [],
      ),
    ],
  })
}

function isOutOfService(node: Node): boolean {
  const tainted = (node.spec?.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE)
  return tainted && readiness(node) !== 'True'
}
