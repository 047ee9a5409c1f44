import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, gone, kubectl, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { eventsOf, sheet } from '../../masked.ts'
import { batch, create, items, merge, names } from '../../places.ts'

const path = (ns: string) => batch(ns, 'cronjobs/tick')
const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'redis' }] } }

/** One that comes but once a year, at midnight of a day long ago or far away. */
async function cronJob(ns: string, spec: Json = {}): Promise<Json> {
  return await create(batch(ns, 'cronjobs'), {
    metadata: { name: 'tick' },
    spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template } }, ...spec },
  })
}

/** A Job of the CronJob that ended so, at this minute of an hour of 2020. */
async function endedJob(
  ns: string,
  owner: Json,
  name: string,
  type: 'Complete' | 'Failed',
  minute: number,
): Promise<Json> {
  // Left alone by the Job controller, so that it ends as the case says.
  const made = await create(batch(ns, 'jobs'), {
    metadata: { name, ownerReferences: [reference(owner)] },
    spec: { managedBy: 'example.com/nobody', template },
  })
  const at = (second: number) => `2020-01-01T00:${String(minute).padStart(2, '0')}:0${second}Z`
  const interim = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'
  const conditions = [interim, type].map((one) => ({
    type: one,
    status: 'True',
    lastTransitionTime: at(2),
    lastProbeTime: at(2),
  }))
  const counts = type === 'Complete' ? { succeeded: 1, completionTime: at(2) } : { failed: 1 }
  return await merge(`${batch(ns, `jobs/${name}`)}/status`, {
    metadata: { uid: made.metadata.uid },
    status: { startTime: at(1), conditions, ...counts },
  })
}

const reference = ({ metadata }: Json) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  name: metadata.name,
  uid: metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
})

/** The events whose lines look like this, as soon as there are so many; a minute that passes may bring others. */
const toldOf = (ns: string, wanted: RegExp, count: number, hide: Record<string, string> = {}) =>
  until(async () => {
    const all = await eventsOf(ns, 'CronJob', 'tick', 1, hide)
    const lines = all.filter((line) => wanted.test(line))
    return lines.length >= count && lines
  })

test('the whole of one as it is made', async () => {
  const ns = await namespace()
  expect(sheet(await cronJob(ns), { [ns]: 'NS' })).toMatchInlineSnapshot(`
    "apiVersion: batch/v1
    kind: CronJob
    metadata:
      creationTimestamp: <time>
      generation: 1
      name: tick
      namespace: NS
      resourceVersion: <version>
      uid: <uid>
    spec:
      concurrencyPolicy: Allow
      failedJobsHistoryLimit: 1
      jobTemplate:
        metadata: {}
        spec:
          template:
            metadata: {}
            spec:
              containers:
                - image: redis
                  imagePullPolicy: Always
                  name: main
                  resources: {}
                  terminationMessagePath: /dev/termination-log
                  terminationMessagePolicy: File
              dnsPolicy: ClusterFirst
              restartPolicy: Never
              schedulerName: default-scheduler
              securityContext: {}
              terminationGracePeriodSeconds: 30
      schedule: 0 0 1 1 *
      successfulJobsHistoryLimit: 3
      suspend: false
    status: {}"
  `)
})

test('every minute: the first Job, the status and the events', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  // The last time was a year ago: the next one is now.
  const made = await cronJob(ns, { schedule: '* * * * *', suspend: true, concurrencyPolicy: 'Forbid' })
  await merge(`${path(ns)}/status`, { status: { lastScheduleTime: '2020-01-01T00:00:00Z' } })
  await merge(path(ns), { spec: { suspend: false } })
  const { status } = await settled(path(ns), (c) => c.status.active?.length === 1)
  const [job] = await items(batch(ns, 'jobs'))
  const hide = { [job.metadata.name]: 'JOB', [ns]: 'NS' }
  expect(job.metadata.name).toMatch(/^tick-\d{8}$/)
  expect(sheet(status, hide)).toMatchInlineSnapshot(`
    "active:
      - apiVersion: batch/v1
        kind: Job
        name: JOB
        namespace: NS
        resourceVersion: <version>
        uid: <uid>
    lastScheduleTime: <time>"
  `)
  expect(
    sheet(
      {
        annotations: job.metadata.annotations,
        labels: job.metadata.labels,
        owner: job.metadata.ownerReferences,
      },
      { ...hide, [made.metadata.uid]: 'CRONJOB' },
    ),
  ).toMatchInlineSnapshot(`
    "annotations:
      batch.kubernetes.io/cronjob-scheduled-timestamp: <time>
    labels:
      batch.kubernetes.io/controller-uid: <uid>
      batch.kubernetes.io/job-name: JOB
      controller-uid: <uid>
      job-name: JOB
    owner:
      - apiVersion: batch/v1
        blockOwnerDeletion: true
        controller: true
        kind: CronJob
        name: tick
        uid: CRONJOB"
  `)
  const told = await toldOf(ns, /SuccessfulCreate|TooManyMissedTimes/, 2, hide)
  expect(told).toMatchInlineSnapshot(`
    [
      "cronjob-controller Normal SuccessfulCreate: Created job JOB",
      "cronjob-controller Warning TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
    ]
  `)
})

test('suspended it starts nothing, whatever it has missed', async () => {
  const ns = await namespace()
  const owner = await cronJob(ns, { schedule: '* * * * *', suspend: true, successfulJobsHistoryLimit: 0 })
  await merge(`${path(ns)}/status`, { status: { lastScheduleTime: '2020-01-01T00:00:00Z' } })
  // That it has been looked at since then shows by what it takes away.
  await endedJob(ns, owner, 'old', 'Complete', 1)
  await gone(batch(ns, 'jobs/old'))
  expect(await names(batch(ns, 'jobs'))).toEqual([])
})

test('its template may carry labels and annotations for the Jobs', async () => {
  const ns = await namespace()
  await cronJob(ns, {
    schedule: '* * * * *',
    suspend: true,
    timeZone: 'Asia/Kolkata',
    jobTemplate: { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, spec: { template } },
  })
  await merge(`${path(ns)}/status`, { status: { lastScheduleTime: '2020-01-01T00:00:00Z' } })
  await merge(path(ns), { spec: { suspend: false } })
  const [job] = await until(async () => {
    const all = await items(batch(ns, 'jobs'))
    return all.length > 0 && all
  })
  await merge(path(ns), { spec: { suspend: true } })
  const { labels, annotations } = job.metadata
  expect(labels.a).toBe('b')
  const { 'batch.kubernetes.io/cronjob-scheduled-timestamp': at, ...others } = annotations
  expect(others).toEqual({ c: 'd' })
  expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00\+05:30$/)
})

test.each([
  ['the defaults', {}, ['bad-3', 'good-2', 'good-3', 'good-4']],
  ['none', { successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0 }, []],
  ['one and two', { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 2 }, ['bad-2', 'bad-3', 'good-4']],
])('the oldest beyond the limits go: %s', async (_, limits, left) => {
  const ns = await namespace()
  const owner = await cronJob(ns, { suspend: true, ...limits })
  for (const n of [3, 1, 4, 2]) await endedJob(ns, owner, `good-${n}`, 'Complete', n)
  for (const n of [2, 3, 1]) await endedJob(ns, owner, `bad-${n}`, 'Failed', n)
  await until(async () => (await names(batch(ns, 'jobs'))).join() === left.join())
  const { status } = await settled(path(ns), (c) => c.status.lastSuccessfulTime === '2020-01-01T00:04:02Z')
  expect(status.active).toBeUndefined()
})

test('a Job of its that it does not know is told of; one in its status that is gone, too', async () => {
  const ns = await namespace()
  const owner = await cronJob(ns, { suspend: true })
  await create(batch(ns, 'jobs'), {
    metadata: { name: 'by-hand', ownerReferences: [reference(owner)] },
    spec: { suspend: true, template },
  })
  const told = await eventsOf(ns, 'CronJob', 'tick', 1)
  expect([...new Set(told)]).toMatchInlineSnapshot(`
    [
      "cronjob-controller Warning UnexpectedJob: Saw a job that the controller did not create or forgot: by-hand",
    ]
  `)
  expect((await api.get(path(ns))).body.status.active).toBeUndefined()
  const lost = { apiVersion: 'batch/v1', kind: 'Job', name: 'lost', namespace: ns, uid: 'no-such-uid' }
  await merge(`${path(ns)}/status`, { status: { active: [lost] } })
  await settled(path(ns), (c) => c.status.active === undefined)
  expect(await toldOf(ns, /^(?!.*UnexpectedJob)/, 1)).toMatchInlineSnapshot(`
    [
      "cronjob-controller Normal MissingJob: Active job went missing: lost",
    ]
  `)
})

test('a Job that ends leaves the status, and an event says so', async () => {
  const ns = await namespace()
  const owner = await cronJob(ns, { suspend: true })
  const job = await create(batch(ns, 'jobs'), {
    metadata: { name: 'one', ownerReferences: [reference(owner)] },
    spec: { managedBy: 'example.com/nobody', template },
  })
  const active = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'one', namespace: ns, uid: job.metadata.uid }]
  await merge(`${path(ns)}/status`, { status: { active } })
  const at = '2020-01-01T00:00:00Z'
  const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: at,
    lastProbeTime: at,
  }))
  await merge(`${batch(ns, 'jobs/one')}/status`, {
    status: { startTime: at, completionTime: at, succeeded: 1, conditions },
  })
  const { status } = await settled(path(ns), (c) => c.status.active === undefined)
  expect(status).toEqual({ lastSuccessfulTime: at })
  expect(await toldOf(ns, /Saw completed/, 1)).toMatchInlineSnapshot(`
    [
      "cronjob-controller Normal SawCompletedJob: Saw completed job: one, condition: Complete",
    ]
  `)
})

test('Replace ends the Job that runs before it starts the next', async () => {
  const ns = await namespace()
  const owner = await cronJob(ns, { schedule: '* * * * *', suspend: true, concurrencyPolicy: 'Replace' })
  const job = await create(batch(ns, 'jobs'), {
    metadata: { name: 'before', ownerReferences: [reference(owner)] },
    spec: { suspend: true, template },
  })
  const active = [
    { apiVersion: 'batch/v1', kind: 'Job', name: 'before', namespace: ns, uid: job.metadata.uid },
  ]
  await merge(`${path(ns)}/status`, { status: { active, lastScheduleTime: '2020-01-01T00:00:00Z' } })
  await merge(path(ns), { spec: { suspend: false } })
  await gone(batch(ns, 'jobs/before'))
  const { status } = await settled(
    path(ns),
    (c) => c.status.active?.length === 1 && c.status.active[0].name !== 'before',
    // The real controller may look again with the next minute only.
    120_000,
  )
  await merge(path(ns), { spec: { suspend: true } })
  const hide = { [status.active[0].name]: 'JOB' }
  expect(await toldOf(ns, /Deleted job before$|Created job JOB$/, 2, hide)).toMatchInlineSnapshot(`
    [
      "cronjob-controller Normal SuccessfulCreate: Created job JOB",
      "cronjob-controller Normal SuccessfulDelete: Deleted job before",
    ]
  `)
})

test('Forbid leaves the Job that runs alone, and says so', async () => {
  const ns = await namespace()
  const owner = await cronJob(ns, { schedule: '* * * * *', suspend: true, concurrencyPolicy: 'Forbid' })
  const job = await create(batch(ns, 'jobs'), {
    metadata: { name: 'before', ownerReferences: [reference(owner)] },
    spec: { suspend: true, template },
  })
  const active = [
    { apiVersion: 'batch/v1', kind: 'Job', name: 'before', namespace: ns, uid: job.metadata.uid },
  ]
  await merge(`${path(ns)}/status`, { status: { active, lastScheduleTime: '2020-01-01T00:00:00Z' } })
  await merge(path(ns), { spec: { suspend: false } })
  const told = await until(async () => {
    const all = new Set(await toldOf(ns, /^(?!.*forgot)/, 2))
    return all.size >= 2 && [...all]
  })
  expect(told).toMatchInlineSnapshot(`
    [
      "cronjob-controller Normal JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid",
      "cronjob-controller Warning TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
    ]
  `)
  expect(await names(batch(ns, 'jobs'))).toEqual(['before'])
})

test('a start that was missed by more than the deadline is not made up for', async () => {
  const ns = await namespace()
  // At midnight of today, or of yesterday.
  const hour = (new Date().getUTCHours() + 22) % 24
  await cronJob(ns, {
    schedule: `0 ${hour} * * *`,
    suspend: true,
    startingDeadlineSeconds: 10,
    successfulJobsHistoryLimit: 0,
  })
  const owner = await merge(`${path(ns)}/status`, { status: { lastScheduleTime: '2020-01-01T00:00:00Z' } })
  await merge(path(ns), { spec: { suspend: false } })
  await endedJob(ns, owner, 'old', 'Complete', 1)
  await gone(batch(ns, 'jobs/old'))
  expect(await names(batch(ns, 'jobs'))).toEqual([])
})

test('deleted, it takes its Jobs along', async () => {
  const ns = await namespace()
  const owner = await cronJob(ns, { suspend: true })
  await endedJob(ns, owner, 'old', 'Complete', 1)
  await api.delete(path(ns))
  await gone(batch(ns, 'jobs/old'))
})

test('kubectl create job --from: what the Job has of it', async () => {
  const ns = await namespace()
  await cronJob(ns, {
    suspend: true,
    jobTemplate: {
      metadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
      spec: { template, suspend: true, backoffLimit: 3 },
    },
  })
  const ran = await kubectl(['-n', ns, 'create', 'job', 'now', '--from=cronjob/tick'])
  expect(ran).toEqual({ code: 0, stdout: 'job.batch/now created\n', stderr: '' })
  const { metadata, spec } = (await api.get(batch(ns, 'jobs/now'))).body
  expect(
    sheet({ annotations: metadata.annotations, label: metadata.labels.a, limit: spec.backoffLimit }),
  ).toMatchInlineSnapshot(`
    "annotations:
      c: d
      cronjob.kubernetes.io/instantiate: manual
    label: b
    limit: 3"
  `)
  const missing = await kubectl(['-n', ns, 'create', 'job', 'now', '--from=cronjob/none'])
  expect(missing).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "Error from server (NotFound): cronjobs.batch "none" not found
    ",
      "stdout": "",
    }
  `)
})
