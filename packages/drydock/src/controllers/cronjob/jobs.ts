/** The Jobs of a CronJob. Pure. */
import type { CronJob, Job } from '@orlop/kube'
import { TimeZone } from '../../cron/local-time.ts'
import { ownerOf } from '../workloads/pod-from.ts'

/** How a Job ended; undefined while it has not. */
export function conditionOf({ status }: Job): 'Complete' | 'Failed' | undefined {
  const type = status?.conditions?.find(
    (condition) => condition.status === 'True' && /^(Complete|Failed)$/.test(condition.type),
  )?.type
  return type === 'Complete' || type === 'Failed' ? type : undefined
}

export function isActiveIn(status: CronJob['status'], { metadata }: Job): boolean {
  return status?.active?.some(({ uid }) => uid === metadata.uid) === true
}

/** Ended ones beyond the history limits, the oldest first. */
export function expiredJobs({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const limits = { Complete: spec?.successfulJobsHistoryLimit, Failed: spec?.failedJobsHistoryLimit }
  return (['Complete', 'Failed'] as const).flatMap((condition) => {
    const limit = limits[condition]
    if (limit === undefined) return []
    const ended = jobs
      .filter((job) => conditionOf(job) === condition && job.metadata.deletionTimestamp === undefined)
      .sort(byStart)
    return ended.slice(0, Math.max(0, ended.length - limit))
  })
}

const started = ({ status }: Job): number => Date.parse(status?.startTime ?? '') || Number.POSITIVE_INFINITY

function byStart(a: Job, b: Job): number {
  const [left, right] = [started(a), started(b)]
  if (left !== right) return left < right ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : 1
}

/** The Job of one of its times: a name that follows from the time, so that it is never started twice. */
export function jobFor(cronJob: CronJob, time: number): Job {
  const { name, namespace = 'default' } = cronJob.metadata
  const template = cronJob.spec?.jobTemplate
  const scheduled = {
    'batch.kubernetes.io/cronjob-scheduled-timestamp': inZone(time, cronJob.spec?.timeZone),
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name}-${Math.floor(time / 60_000)}`,
      namespace,
      labels: { ...template?.metadata?.labels },
      annotations: { ...template?.metadata?.annotations, ...scheduled },
      ownerReferences: [ownerOf(cronJob)],
    },
    spec: template?.spec ?? { template: {} },
  }
}

/** RFC 3339 with the offset of the zone. */
function inZone(ms: number, name: string | undefined): string {
  const offset = (name === undefined ? undefined : TimeZone.of(name))?.offset(ms) ?? 0
  const wall = new Date(ms + offset).toISOString().slice(0, 19)
  if (offset === 0) return `${wall}Z`
  const minutes = Math.abs(offset) / 60_000
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')
  return `${wall}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}
