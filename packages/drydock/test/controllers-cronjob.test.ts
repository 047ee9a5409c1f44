import { type CronJob, type Job, resources } from '@orlop/kube'
import { expect, test } from 'vitest'
import { container, namespace, startYard, type Yard } from './controllers-fixture.ts'

const where = { namespace, name: 'tick' }

const template = { spec: { containers: [container], restartPolicy: 'Never' } }

/** A CronJob that is suspended. */
async function create(yard: Yard, spec: Partial<NonNullable<CronJob['spec']>> = {}): Promise<void> {
  await yard.client.create(resources.cronJobs, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: where,
    spec: { schedule: '* * * * *', suspend: true, jobTemplate: { spec: { template } }, ...spec },
  })
}

/** A Job that it started long ago. */
async function runsSince(yard: Yard, name: string): Promise<Job> {
  const { apiVersion, kind, metadata } = await yard.client.get(resources.cronJobs, where)
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true }
  const job = await yard.client.create(resources.jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace, name, ownerReferences: [owner] },
    spec: { template },
  })
  const body = { status: { active: [{ namespace, name, uid: job.metadata.uid }] } }
  await yard.client.patch(resources.cronJobs, where, { type: 'merge', body }, { subresource: 'status' })
  return job
}

/** A CronJob that is due at this moment and was last met two minutes ago. */
async function due(yard: Yard, spec: Partial<NonNullable<CronJob['spec']>> = {}): Promise<void> {
  await create(yard, spec)
  await comeDue(yard)
}

async function comeDue(yard: Yard): Promise<void> {
  const lastScheduleTime = `${new Date(Date.now() - 120_000).toISOString().slice(0, 19)}Z`
  await yard.client.patch(
    resources.cronJobs,
    where,
    { type: 'merge', body: { status: { lastScheduleTime } } },
    { subresource: 'status' },
  )
  await yard.client.patch(resources.cronJobs, where, { type: 'merge', body: { spec: { suspend: false } } })
}

const minute = (): number => Math.floor(Date.now() / 60_000)

async function started(yard: Yard): Promise<Job> {
  return yard.until(async () => {
    const cronJob = await yard.find(resources.cronJobs, 'tick')
    const jobs = await yard.list(resources.jobs)
    const job = jobs.find(({ metadata }) => cronJob?.status?.active?.some(({ uid }) => uid === metadata.uid))
    return job !== undefined && job.status?.active === 1 && job
  })
}

/** Ends the running pod of a Job. */
async function end(yard: Yard, job: Job, phase: 'Succeeded' | 'Failed'): Promise<void> {
  const pods = `batch.kubernetes.io/job-name=${job.metadata.name}`
  const pod = await yard.until(async () =>
    (await yard.list(resources.pods, pods)).find(({ status }) => status?.phase === 'Running'),
  )
  const body = { status: { phase } }
  await yard.client.patch(resources.pods, pod.metadata, { type: 'merge', body }, { subresource: 'status' })
}

/** Waits for an event. There may be others: a minute that passes brings its own. */
async function told(yard: Yard, reason: string, note?: string): Promise<void> {
  await yard.until(async () => {
    const events = await yard.list(resources.events)
    const those = events.filter((e) => e.reason === reason && e.regarding?.kind === 'CronJob')
    return those.some((event) => note === undefined || event.note === note)
  })
}

test('a CronJob starts the Job of its time, once, and follows it to its end', async () => {
  const yard = await startYard()
  const before = minute()
  await due(yard)
  const job = await started(yard)
  expect(job.metadata.name).toMatch(/^tick-\d+$/)
  const number = Number(job.metadata.name.slice('tick-'.length))
  expect(number).toBeGreaterThanOrEqual(before)
  expect(number).toBeLessThanOrEqual(minute())
  await told(yard, 'SuccessfulCreate', `Created job ${job.metadata.name}`)
  await yard.restart()
  await end(yard, job, 'Succeeded')
  await told(yard, 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: Complete`)
  await yard.until(async () => {
    const { status } = (await yard.find(resources.cronJobs, 'tick')) ?? {}
    return (
      status?.lastSuccessfulTime !== undefined && !status.active?.some(({ uid }) => uid === job.metadata.uid)
    )
  })
  const { status } = await yard.client.get(resources.cronJobs, where)
  expect(Date.parse(status?.lastScheduleTime ?? '')).toBeGreaterThanOrEqual(number * 60_000)
})

test('a CronJob that is deleted takes its Jobs and pods along', async () => {
  const yard = await startYard()
  await due(yard)
  await started(yard)
  await yard.client.delete(resources.cronJobs, where)
  await yard.until(async () => (await yard.list(resources.jobs)).length === 0)
  await yard.until(async () => (await yard.list(resources.pods)).length === 0)
})

test('Forbid starts nothing beside a Job that runs, Replace ends that one first', async () => {
  const yard = await startYard()
  await create(yard, { concurrencyPolicy: 'Forbid' })
  const first = await runsSince(yard, 'tick-1')
  await comeDue(yard)
  await told(yard, 'JobAlreadyActive')
  expect(await yard.list(resources.jobs)).toHaveLength(1)
  await yard.client.patch(resources.cronJobs, where, {
    type: 'merge',
    body: { spec: { concurrencyPolicy: 'Replace' } },
  })
  await told(yard, 'SuccessfulDelete', 'Deleted job tick-1')
  const second = await yard.until(async () => {
    const jobs = await yard.list(resources.jobs)
    return jobs.find(({ metadata }) => metadata.uid !== first.metadata.uid)
  })
  expect(second.metadata.ownerReferences).toMatchObject([{ kind: 'CronJob', name: 'tick' }])
})

test.each<[string, object, string]>([
  ['a schedule of four fields', { schedule: '* * * *' }, 'expected exactly 5 fields, found 4: [* * * *]'],
  ['a zone in the schedule', { schedule: 'TZ=UTC * * * * *' }, 'use timeZone field instead'],
  ['a zone that is not there', { timeZone: 'Mars/Base' }, 'unknown time zone Mars/Base'],
  ['an unknown policy', { concurrencyPolicy: 'Maybe' }, 'supported values: "Allow", "Forbid", "Replace"'],
  ['a negative limit', { failedJobsHistoryLimit: -1 }, 'must be greater than or equal to 0'],
])('%s is refused', async (_, spec, message) => {
  const yard = await startYard({ only: [] })
  await expect(due(yard, spec)).rejects.toMatchObject({
    code: 'Invalid',
    message: expect.stringContaining(message),
  })
})
