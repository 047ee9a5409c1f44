/** The Job controller. */
import { isDeepStrictEqual } from 'node:util'
import { keyOf, resources, watches } from '@orlop/kube'
import { checkUnchanged, createOnce, deleteExactly } from '../careful-writes.ts'
import { type ControllerContext, ownerKey, recorder, register, watchPods } from '../context.ts'
import { DeletedPods } from '../workloads/deleted-pods.ts'
import { planJob } from './plan.ts'

export function jobs(context: ControllerContext): void {
  const { client, clock, manager } = context
  const events = recorder(context, 'job-controller')
  const all = manager.reflector(resources.jobs)
  const pods = watchPods(context)
  const deleted = new DeletedPods()
  register(context, {
    name: 'job',
    reconcile: async ({ namespace, name }, signal) => {
      const job = all.store.get(`${namespace}/${name}`)
      if (job === undefined || job.metadata.deletionTimestamp !== undefined) return
      const uid = job.metadata.uid ?? ''
      const owned = deleted.without(uid, pods.store.byIndex('controller', uid))
      const { create, remove, status, expired, again } = planJob({ job, pods: owned, now: clock.now() })
      if (!isDeepStrictEqual(job.status, status)) {
        await client.update(resources.jobs, { ...job, status }, { subresource: 'status', signal })
      }
      if (remove.length > 0 || expired) await checkUnchanged(client, resources.jobs, job, signal)
      for (const pod of remove) {
        await deleteExactly(client, resources.pods, pod, signal)
        deleted.add(uid, pod)
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
}
