/** Deletes pods from nodes with NoExecute taints, at once or when they have borne them for as long as they tolerate. */

import { isDeepStrictEqual } from 'node:util'
import { keyOf, type Node, type Pod, resources, watches } from '@orlop/kube'
import { find } from '../careful-writes.ts'
import { type ControllerContext, recorder, register, watchPods } from '../context.ts'
import { isTerminating } from '../pod-state.ts'
import { timestamp } from '../timestamp.ts'
import { noExecuteTaints, toleratedFor } from './toleration.ts'

export function taintEviction(context: ControllerContext): void {
  const { client, clock, manager, log } = context
  const nodes = manager.reflector(resources.nodes)
  const pods = watchPods(context)
  const events = recorder(context, 'taint-eviction-controller')
  /** Since when pods, by key, wait to be deleted. */
  const waiting = new Map<string, { uid: string | undefined; since: number }>()
  const tell = (pod: Pod, what: string): void =>
    events.record(pod, {
      type: 'Normal',
      reason: 'TaintManagerEviction',
      note: `${what} Pod ${keyOf(pod)}`,
    })

  const evict = async (pod: Pod, signal: AbortSignal): Promise<void> => {
    const { namespace, name, uid } = pod.metadata
    log.info({ kind: 'Pod', namespace, name, reason: 'TaintManagerEviction' }, 'deleting')
    tell(pod, 'Marking for deletion')
    const condition = {
      type: 'DisruptionTarget',
      observedGeneration: pod.metadata.generation,
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: timestamp(clock.now()),
    }
    const body = { metadata: { uid }, status: { conditions: [condition] } }
    const status = { subresource: 'status', signal }
    await client.patch(resources.pods, pod.metadata, { type: 'strategic', body }, status)
    await client.delete(resources.pods, pod.metadata, { preconditions: { uid }, signal })
  }

  register(context, {
    name: 'taint-eviction',
    reconcile: async ({ namespace, name }, signal) => {
      const key = `${namespace}/${name}`
      const pod = pods.store.get(key)
      const node = pod?.spec?.nodeName
      if (pod === undefined || !node || isTerminating(pod)) return void waiting.delete(key)
      const known = waiting.get(key)
      const since = known?.uid === pod.metadata.uid ? known?.since : undefined
      const bears = toleratedFor(pod, noExecuteTaints(nodes.store.get(node)))
      if (bears === Number.POSITIVE_INFINITY) {
        if (since !== undefined) tell(pod, 'Cancelling deletion of')
        return void waiting.delete(key)
      }
      const left = (since ?? clock.now()) + bears - clock.now()
      if (left > 0) {
        waiting.set(key, { uid: pod.metadata.uid, since: since ?? clock.now() })
        return { requeueAfter: left }
      }
      // The cache may not know yet that the taint is gone.
      const live = await find(client, resources.nodes, { name: node }, signal)
      if (toleratedFor(pod, noExecuteTaints(live)) === Number.POSITIVE_INFINITY) return
      await evict(pod, signal)
      waiting.delete(key)
    },
    sources: [
      watches(pods, (pod, old) =>
        old && isDeepStrictEqual(concerns(pod), concerns(old)) ? [] : [keyOf(pod)],
      ),
      watches(nodes, (node, old) =>
        sameTaints(node, old) ? [] : pods.store.byIndex('node', node.metadata.name).map(keyOf),
      ),
    ],
  })
}

const concerns = ({ spec, metadata }: Pod): unknown => [
  metadata.uid,
  metadata.deletionTimestamp,
  spec?.nodeName,
  spec?.tolerations,
]

const sameTaints = (node: Node, old: Node | undefined): boolean =>
  isDeepStrictEqual(noExecuteTaints(node), noExecuteTaints(old))
