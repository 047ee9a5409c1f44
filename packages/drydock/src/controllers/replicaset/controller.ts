/** The ReplicaSet controller. */
import { isDeepStrictEqual } from 'node:util'
import {
  controllerOf,
  isConflict,
  KubeError,
  keyOf,
  type Pod,
  type ReplicaSet,
  resources,
  watches,
} from '@orlop/kube'
import { checkUnchanged, createOnce, deleteExactly } from '../careful-writes.ts'
import { type ControllerContext, ownerKey, recorder, register, watchOwned, watchPods } from '../context.ts'
import { matchesSelector } from '../selector.ts'
import { ownership, settleOwnership } from '../workloads/claim-pods.ts'
import { DeletedPods } from '../workloads/deleted-pods.ts'
import { GivenNames } from '../workloads/given-names.ts'
import { planReplicaSet } from './plan.ts'

export function replicaSets(context: ControllerContext): void {
  const { client, clock } = context
  const events = recorder(context, 'replicaset-controller')
  const sets = watchOwned(context, resources.replicaSets)
  const pods = watchPods(context)
  const deleted = new DeletedPods()
  const given = new GivenNames()
  /** Why pods of a set could not be made at the last look, by the set's uid. */
  const failures = new Map<string, string>()
  const fits = (set: ReplicaSet, pod: Pod): boolean =>
    matchesSelector(pod.metadata.labels, set.spec?.selector)
  const adopters = (pod: Pod): string[] =>
    controllerOf(pod) === undefined
      ? sets.store
          .list(pod.metadata.namespace)
          .filter((set) => fits(set, pod))
          .map(keyOf)
      : []

  register(context, {
    name: 'replicaset',
    reconcile: async ({ namespace, name }, signal) => {
      const set = sets.store.get(`${namespace}/${name}`)
      if (set === undefined) {
        given.forget(`${namespace}/${name}`)
        return
      }
      const owned = ownership(set, pods.store.list(namespace), (pod) => fits(set, pod))
      await settleOwnership(client, resources.replicaSets, set, owned, signal)
      const uid = set.metadata.uid ?? ''
      const { create, remove, status, again } = planReplicaSet({
        set,
        pods: deleted.without(uid, [...owned.owned, ...owned.adopt]),
        taken: new Set([
          ...pods.store.list(namespace).map((pod) => pod.metadata.name),
          ...given.to(set, owned.owned),
        ]),
        failure: failures.get(uid),
        now: clock.now(),
      })
      if (!isDeepStrictEqual(set.status, status)) {
        await client.update(resources.replicaSets, { ...set, status }, { subresource: 'status', signal })
      }
      for (const pod of create) {
        try {
          await createOnce(client, resources.pods, pod, signal)
        } catch (error) {
          if (!(error instanceof KubeError) || isConflict(error) || isEnding(error)) throw error
          const why = error.body?.message ?? error.message
          events.record(set, { type: 'Warning', reason: 'FailedCreate', note: `Error creating: ${why}` })
          // Told in the status by the next look, which comes at once where it was not told yet.
          const told = failures.has(uid)
          failures.set(uid, why)
          if (told) throw error
          return { requeueAfter: 0 }
        }
        const note = `Created pod: ${pod.metadata.name}`
        events.record(set, { type: 'Normal', reason: 'SuccessfulCreate', note })
      }
      failures.delete(uid)
      if (remove.length > 0) await checkUnchanged(client, resources.replicaSets, set, signal)
      for (const pod of remove) {
        await deleteExactly(client, resources.pods, pod, signal)
        deleted.add(uid, pod)
        const note = `Deleted pod: ${pod.metadata.name}`
        events.record(set, { type: 'Normal', reason: 'SuccessfulDelete', note })
      }
      return again === undefined ? {} : { requeueAfter: again }
    },
    sources: [
      watches(sets, (set) => [keyOf(set)]),
      watches(pods, (pod, old) => [
        ...ownerKey(pod, 'ReplicaSet'),
        ...(old === undefined ? [] : ownerKey(old, 'ReplicaSet')),
        ...adopters(pod),
      ]),
    ],
  })
}

/** Its namespace goes, and so will the set. */
const isEnding = ({ body }: KubeError): boolean =>
  body?.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false
