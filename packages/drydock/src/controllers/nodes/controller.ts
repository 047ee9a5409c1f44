/** Removes the pods of nodes that are no longer: nobody is left to end them. */
import { keyOf, resources, watches } from '@orlop/kube'
import { find } from '../careful-writes.ts'
import { type ControllerContext, register, watchPods } from '../context.ts'

export function nodes(context: ControllerContext): void {
  const { client, log, manager } = context
  const all = manager.reflector(resources.nodes)
  const pods = watchPods(context)
  register(context, {
    name: 'pod-garbage-collector',
    reconcile: async ({ namespace, name }, signal) => {
      const pod = pods.store.get(`${namespace}/${name}`)
      const node = pod?.spec?.nodeName
      if (pod === undefined || !node || all.store.get(node) !== undefined) return
      // The cache of nodes may be younger than that of pods.
      if ((await find(client, resources.nodes, { name: node }, signal)) !== undefined) return
      log.info({ kind: 'Pod', namespace, name, node, reason: 'NodeGone' }, 'deleting')
      const preconditions = { uid: pod.metadata.uid }
      await client.delete(resources.pods, pod.metadata, { preconditions, gracePeriodSeconds: 0, signal })
    },
    sources: [
      watches(pods, (pod) => [keyOf(pod)]),
      watches(all, (node) => pods.store.byIndex('node', node.metadata.name).map(keyOf)),
    ],
  })
}
