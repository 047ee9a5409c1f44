/** The StatefulSet controller: observe from caches, decide by `plan`, act. */
import { isDeepStrictEqual } from 'node:util'
import {
  type ControllerRevision,
  controllerOf,
  type EventRecorder,
  keyOf,
  type PersistentVolumeClaim,
  type Pod,
  type Reflector,
  resources,
  type StatefulSet,
  watches,
} from '@orlop/kube'
import { checkUnchanged, createOnce, deleteExactly } from '../careful-writes.ts'
import { type ControllerContext, ownerKey, recorder, register, watchOwned, watchPods } from '../context.ts'
import { matchesSelector } from '../selector.ts'
import { adopt, ownership, settleOwnership } from '../workloads/claim-pods.ts'
import { ordinalOf } from './ordinal.ts'
import { type Action, plan } from './plan.ts'
import { type History, history } from './revisions.ts'

export function statefulSets(context: ControllerContext): void {
  const controller = new StatefulSetController(context)
  const { sets, pods, claims, revisions } = controller
  register(context, {
    name: 'statefulset',
    reconcile: ({ namespace, name }, signal) => controller.reconcile(`${namespace}/${name}`, signal),
    sources: [
      watches(sets, (set) => [keyOf(set)]),
      watches(pods, (pod, old) => [
        ...ownerKey(pod, 'StatefulSet'),
        ...(old === undefined ? [] : ownerKey(old, 'StatefulSet')),
        ...controller.adopters(pod),
      ]),
      watches(claims, (claim) => controller.usersOf(claim)),
      watches(revisions, (revision) => ownerKey(revision, 'StatefulSet')),
    ],
  })
}

class StatefulSetController {
  readonly sets: Reflector<StatefulSet>
  readonly pods: Reflector<Pod>
  readonly claims: Reflector<PersistentVolumeClaim>
  readonly revisions: Reflector<ControllerRevision>
  readonly #context: ControllerContext
  readonly #events: EventRecorder

  constructor(context: ControllerContext) {
    this.#context = context
    this.#events = recorder(context, 'statefulset-controller')
    this.sets = context.manager.reflector(resources.statefulSets)
    this.pods = watchPods(context)
    this.claims = context.manager.reflector(resources.persistentVolumeClaims)
    this.revisions = watchOwned(context, resources.controllerRevisions)
  }

  /** The sets that would take in a pod that nobody owns. */
  adopters(pod: Pod): string[] {
    if (controllerOf(pod) !== undefined) return []
    const sets = this.sets.store.list(pod.metadata.namespace)
    return sets.filter((set) => fits(set, pod)).map(keyOf)
  }

  usersOf(claim: PersistentVolumeClaim): string[] {
    const { name, namespace } = claim.metadata
    const users = this.sets.store
      .list(namespace)
      .filter((set) =>
        set.spec?.volumeClaimTemplates?.some((t) =>
          name.startsWith(`${t.metadata?.name ?? ''}-${set.metadata.name}-`),
        ),
      )
    return users.map(keyOf)
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ requeueAfter?: number }> {
    const set = this.sets.store.get(key)
    if (set === undefined) return {}
    const { client, clock } = this.#context
    const owned = ownership(set, this.pods.store.list(set.metadata.namespace), (pod) => fits(set, pod))
    await settleOwnership(client, resources.statefulSets, set, owned, signal)

    const revisions = await this.#revisionsOf(set, signal)
    const past = history(set, revisions, owned.owned)
    if (set.metadata.deletionTimestamp === undefined) await this.#keepHistory(past, signal)

    const claims = this.claims.store.list(set.metadata.namespace)
    const { actions, status, again } = plan({
      set,
      pods: owned.owned,
      claims: new Map(claims.map((claim) => [claim.metadata.name, claim])),
      current: past.current,
      update: past.update,
      now: clock.now(),
    })
    const next = { ...status, collisionCount: past.collisionCount }
    if (!isDeepStrictEqual(set.status, next)) {
      await client.update(resources.statefulSets, { ...set, status: next }, { subresource: 'status', signal })
    }
    if (actions.some((action) => action.kind === 'deletePod')) {
      await checkUnchanged(client, resources.statefulSets, set, signal)
    }
    for (const action of actions) await this.#act(set, action, signal)
    return again === undefined ? {} : { requeueAfter: again }
  }

  /** Those it controls, and those that an earlier set with the same pods left behind. */
  async #revisionsOf(set: StatefulSet, signal: AbortSignal): Promise<ControllerRevision[]> {
    const { client } = this.#context
    const orphans = this.revisions.store
      .list(set.metadata.namespace)
      .filter((revision) => controllerOf(revision) === undefined)
      .filter(({ metadata }) => matchesSelector(metadata.labels, set.spec?.selector))
      .filter(({ metadata }) => metadata.name.startsWith(`${set.metadata.name}-`))
    if (orphans.length > 0 && set.metadata.deletionTimestamp === undefined) {
      await checkUnchanged(client, resources.statefulSets, set, signal)
      for (const revision of orphans)
        await adopt(client, resources.controllerRevisions, revision, set, signal)
    }
    return [...this.revisions.store.byIndex('controller', set.metadata.uid ?? ''), ...orphans]
  }

  async #keepHistory({ write, expired }: History, signal: AbortSignal): Promise<void> {
    const { client } = this.#context
    if (write?.exists === true) await client.update(resources.controllerRevisions, write.revision, { signal })
    if (write?.exists === false) {
      await createOnce(client, resources.controllerRevisions, write.revision, signal)
    }
    for (const revision of expired) {
      await deleteExactly(client, resources.controllerRevisions, revision, signal)
    }
  }

  async #act(set: StatefulSet, action: Action, signal: AbortSignal): Promise<void> {
    const { client } = this.#context
    switch (action.kind) {
      case 'createClaim':
        await createOnce(client, resources.persistentVolumeClaims, action.claim, signal)
        return this.#events.record(set, {
          type: 'Normal',
          reason: 'SuccessfulCreate',
          note: `create Claim ${action.claim.metadata.name} Pod ${action.pod} in StatefulSet ${set.metadata.name} success`,
        })
      case 'ownClaim': {
        const { metadata } = action.claim
        const { uid, resourceVersion } = metadata
        const ownerReferences = action.owners.length === 0 ? null : action.owners
        const body = { metadata: { uid, resourceVersion, ownerReferences } }
        await client.patch(resources.persistentVolumeClaims, metadata, { type: 'merge', body }, { signal })
        return
      }
      case 'createPod':
        await createOnce(client, resources.pods, action.pod, signal)
        return this.#told(set, 'SuccessfulCreate', `create Pod ${action.pod.metadata.name}`)
      case 'labelPod': {
        const body = { metadata: { uid: action.pod.metadata.uid, labels: action.labels } }
        await client.patch(resources.pods, action.pod.metadata, { type: 'merge', body }, { signal })
        return
      }
      case 'deletePod':
        await deleteExactly(client, resources.pods, action.pod, signal)
        return this.#told(set, 'SuccessfulDelete', `delete Pod ${action.pod.metadata.name}`)
    }
  }

  #told(set: StatefulSet, reason: string, what: string): void {
    const note = `${what} in StatefulSet ${set.metadata.name} successful`
    this.#events.record(set, { type: 'Normal', reason, note })
  }
}

function fits(set: StatefulSet, pod: Pod): boolean {
  return matchesSelector(pod.metadata.labels, set.spec?.selector) && ordinalOf(set, pod) !== undefined
}
