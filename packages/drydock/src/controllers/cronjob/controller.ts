/** The CronJob controller. */
import { isDeepStrictEqual } from 'node:util'
import {
  type CronJob,
  isAlreadyExists,
  isControlledBy,
  type Job,
  keyOf,
  resources,
  watches,
} from '@orlop/kube'
import { deleteExactly, find } from '../careful-writes.ts'
import { type ControllerContext, ownerKey, recorder, register, watchOwned } from '../context.ts'
import { timestamp } from '../timestamp.ts'
import { conditionOf, isActiveIn } from './jobs.ts'
import { planCronJob } from './plan.ts'

export function cronJobs(context: ControllerContext): void {
  const { client, clock, manager } = context
  const events = recorder(context, 'cronjob-controller')
  const all = manager.reflector(resources.cronJobs)
  const jobs = watchOwned(context, resources.jobs)
  /** When the schedule of a CronJob was changed, by uid: the new one is not held to times before that. */
  const changed = new Map<string, number>()

  const goneJobs = async (cronJob: CronJob, signal: AbortSignal): Promise<Set<string>> => {
    const gone = new Set<string>()
    for (const { namespace, name = '', uid = '' } of cronJob.status?.active ?? []) {
      if (jobs.store.get(`${namespace}/${name}`)?.metadata.uid === uid) continue
      const live = await find(client, resources.jobs, { namespace, name }, signal)
      if (live?.metadata.uid !== uid) gone.add(uid)
    }
    return gone
  }

  /** A Job that runs and is not in the status was started a moment ago, or by somebody else: only the server can tell. */
  const fresh = async (cached: CronJob, own: readonly Job[], signal: AbortSignal): Promise<CronJob> => {
    const unknown = own.some((job) => conditionOf(job) === undefined && !isActiveIn(cached.status, job))
    const live = unknown ? await find(client, resources.cronJobs, cached.metadata, signal) : undefined
    return live !== undefined && live.metadata.uid === cached.metadata.uid ? live : cached
  }

  /** Undefined where a Job of somebody else has the name. */
  const createJob = async (cronJob: CronJob, job: Job, signal: AbortSignal): Promise<Job | undefined> => {
    try {
      const made = await client.create(resources.jobs, job, { signal })
      const note = `Created job ${job.metadata.name}`
      events.record(cronJob, { type: 'Normal', reason: 'SuccessfulCreate', note })
      return made
    } catch (error) {
      if (isAlreadyExists(error)) {
        const live = await client.get(resources.jobs, job.metadata, { signal })
        return isControlledBy(live, cronJob) ? live : undefined
      }
      const note = `Error creating job: ${error instanceof Error ? error.message : String(error)}`
      events.record(cronJob, { type: 'Warning', reason: 'FailedCreate', note })
      throw error
    }
  }

  register(context, {
    name: 'cronjob',
    reconcile: async ({ namespace, name }, signal) => {
      const cached = all.store.get(`${namespace}/${name}`)
      if (cached === undefined) return
      const uid = cached.metadata.uid ?? ''
      const own = jobs.store.byIndex('controller', uid)
      const cronJob = await fresh(cached, own, signal)
      const plan = planCronJob({
        cronJob,
        jobs: own,
        gone: await goneJobs(cronJob, signal),
        scheduleSince: changed.get(uid) ?? 0,
        now: clock.now(),
      })
      for (const event of plan.events) events.record(cronJob, event)
      let status = plan.status
      for (const job of plan.remove) {
        await deleteExactly(client, resources.jobs, job, signal, { propagationPolicy: 'Background' })
        status = withoutActive(status, job)
        const note = `Deleted job ${job.metadata.name}`
        events.record(cronJob, { type: 'Normal', reason: 'SuccessfulDelete', note })
      }
      if (plan.start !== undefined) {
        const job = await createJob(cronJob, plan.start.job, signal)
        if (job !== undefined) status = withActive(status, job, plan.start.time)
      }
      if (!isDeepStrictEqual(cronJob.status, status)) {
        await client.update(resources.cronJobs, { ...cronJob, status }, { subresource: 'status', signal })
      }
      return plan.again === undefined ? {} : { requeueAfter: plan.again }
    },
    sources: [
      watches(all, (cronJob, old) => {
        if (old !== undefined && scheduleOf(old) !== scheduleOf(cronJob))
          changed.set(cronJob.metadata.uid ?? '', clock.now())
        return [keyOf(cronJob)]
      }),
      watches(jobs, (job) => ownerKey(job, 'CronJob')),
    ],
  })
  all.subscribe(({ type, object }) => {
    if (type === 'deleted') changed.delete(object.metadata.uid ?? '')
  })
}

const scheduleOf = ({ spec }: CronJob): string => `${spec?.schedule} ${spec?.timeZone ?? ''}`

type Status = NonNullable<CronJob['status']>

function withoutActive({ active = [], ...rest }: Status, { metadata }: Job): Status {
  const left = active.filter(({ uid }) => uid !== metadata.uid)
  return left.length > 0 ? { ...rest, active: left } : rest
}

function withActive(status: Status, { apiVersion, kind, metadata }: Job, time: number): Status {
  const { name, namespace = '', uid = '', resourceVersion = '' } = metadata
  const reference = { apiVersion, kind, name, namespace, uid, resourceVersion }
  const others = (status.active ?? []).filter((one) => one.uid !== uid)
  return { ...status, active: [...others, reference], lastScheduleTime: timestamp(time) }
}
