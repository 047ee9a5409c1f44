/** The Job controller. */
import { isDeepStrictEqual } from 'node:util'
import {
  type Client,
  controllerOf,
  hasFinalizer,
  isNotFound,
  type Job,
  keyOf,
  type Pod,
  resources,
  watches,
} from '@orlop/kube'
import { checkUnchanged, createOnce, deleteExactly, find } from '../careful-writes.ts'
import { type ControllerContext, ownerKey, recorder, register, watchPods } from '../context.ts'
import { timestamp } from '../timestamp.ts'
import { DeletedPods } from '../workloads/deleted-pods.ts'
import { finalCondition } from './ending.ts'
import { planJob } from './plan.ts'
import { TRACKING } from './tracking.ts'

export function jobs(context: ControllerContext): void {
  const { client, clock, manager } = context
  const events = recorder(context, 'job-controller')
  const all = manager.reflector(resources.jobs)
  const pods = watchPods(context)
  const deleted = new DeletedPods()
  const dropped = new DeletedPods()

  /** Its pods; those that it has deleted are seen to go before the cache shows it. */
  const owned = (uid: string, now: number): Pod[] => {
    const known = dropped.without(uid, pods.store.byIndex('controller', uid))
    const kept = new Set(deleted.without(uid, known))
    const gone = { deletionTimestamp: timestamp(now) }
    return known.map((pod) => (kept.has(pod) ? pod : { ...pod, metadata: { ...pod.metadata, ...gone } }))
  }

  register(context, {
    name: 'job',
    reconcile: async ({ namespace, name }, signal) => {
      const job = all.store.get(`${namespace}/${name}`)
      if (job === undefined || isManagedElsewhere(job)) return
      const uid = job.metadata.uid ?? ''
      const now = clock.now()
      const plan = planJob({ job, pods: owned(uid, now), now })
      const { create, remove, drop, release, status, expired, again } = plan
      if (!isDeepStrictEqual(job.status, status)) {
        await client.update(resources.jobs, { ...job, status }, { subresource: 'status', signal })
      }
      for (const event of plan.events) events.record(job, event)
      for (const pod of release) await letGo(client, pod, signal)
      if (job.metadata.deletionTimestamp !== undefined) return
      if (remove.length + drop.length > 0 || expired)
        await checkUnchanged(client, resources.jobs, job, signal)
      for (const pod of [...remove, ...drop]) {
        const counted = remove.includes(pod)
        await deleteExactly(client, resources.pods, counted ? pod : await letGo(client, pod, signal), signal)
        if (counted) deleted.add(uid, pod)
        else dropped.add(uid, pod)
        const note = `Deleted pod: ${pod.metadata.name}`
        events.record(job, { type: 'Normal', reason: 'SuccessfulDelete', note })
      }
      for (const pod of create) {
        await createOnce(client, resources.pods, pod, signal)
        const note = `Created pod: ${pod.metadata.name}`
        events.record(job, { type: 'Normal', reason: 'SuccessfulCreate', note })
      }
      if (expired)
        await deleteExactly(client, resources.jobs, job, signal, { propagationPolicy: 'Foreground' })
      return again === undefined ? {} : { requeueAfter: again }
    },
    sources: [watches(all, (job) => [keyOf(job)]), watches(pods, (pod) => ownerKey(pod, 'Job'))],
  })

  // Pods of a Job that is gone are nobody's to count.
  register(context, {
    name: 'job-orphans',
    reconcile: async ({ namespace, name }, signal) => {
      const pod = pods.store.get(`${namespace}/${name}`)
      if (pod === undefined || !hasFinalizer(pod, TRACKING)) return
      const owner = controllerOf(pod)
      if (owner?.kind === 'Job') {
        const live = await find(client, resources.jobs, { namespace, name: owner.name }, signal)
        if (live?.metadata.uid === owner.uid && live.metadata.deletionTimestamp === undefined) return
      }
      await letGo(client, pod, signal)
    },
    sources: [
      watches(pods, (pod) => {
        const owner = ownerKey(pod, 'Job')[0]
        const known = owner === undefined ? undefined : all.store.get(owner)
        const kept = known !== undefined && known.metadata.uid === controllerOf(pod)?.uid
        return !hasFinalizer(pod, TRACKING) || kept ? [] : [keyOf(pod)]
      }),
      watches(all, (job) => {
        const { uid = '', deletionTimestamp, name, namespace } = job.metadata
        const gone =
          deletionTimestamp !== undefined || all.store.get(`${namespace}/${name}`)?.metadata.uid !== uid
        return gone ? pods.store.byIndex('controller', uid).map(keyOf) : []
      }),
    ],
  })
}

/** Somebody else looks after it (`spec.managedBy`); only its time to live is our business then. */
function isManagedElsewhere(job: Job): boolean {
  const { managedBy = OURSELVES }: { managedBy?: string } = job.spec ?? {}
  return managedBy !== OURSELVES && finalCondition(job) === undefined
}

const OURSELVES = 'kubernetes.io/job-controller'

/** Takes the finalizer away; gives the pod as it is then. */
async function letGo(client: Client, pod: Pod, signal: AbortSignal): Promise<Pod> {
  const { metadata } = pod
  const { uid, resourceVersion } = metadata
  const finalizers = (metadata.finalizers ?? []).filter((one) => one !== TRACKING)
  if (finalizers.length === (metadata.finalizers ?? []).length) return pod
  const body = { metadata: { uid, resourceVersion, finalizers } }
  try {
    return await client.patch(resources.pods, metadata, { type: 'merge', body }, { signal })
  } catch (error) {
    if (!isNotFound(error)) throw error
    return pod
  }
}
