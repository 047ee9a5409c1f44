import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { gone, kubectl, namespace, settled, until } from '../../cluster.ts'
import { type Kubelet, playKubelet } from '../../kubelet.ts'
import { conditions, eventsOf, sheet } from '../../masked.ts'
import { batch, core, create, items, merge } from '../../places.ts'

async function job(ns: string, spec: Json = {}): Promise<Json> {
  return await create(batch(ns, 'jobs'), {
    metadata: { name: 'work' },
    spec: {
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'redis' }] } },
      ...spec,
    },
  })
}

const path = (ns: string) => batch(ns, 'jobs/work')
const ended = (ns: string) =>
  settled(path(ns), (j) =>
    conditions(j).some((c) => c.startsWith('Complete True') || c.startsWith('Failed True')),
  )
/** Without when it began and ended. */
const counts = ({ status }: Json) => sheet({ ...status, conditions: undefined })

async function playEnds(ns: string, phase: 'Succeeded' | 'Failed'): Promise<Kubelet> {
  const kubelet = await playKubelet(ns)
  kubelet.ends.set('*', phase)
  return kubelet
}

test('the whole of a Job and of its pod', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  const made = await job(ns)
  expect(sheet(made, { [ns]: 'NS' })).toMatchInlineSnapshot(`
    "apiVersion: batch/v1
    kind: Job
    metadata:
      creationTimestamp: <time>
      generation: 1
      labels:
        batch.kubernetes.io/controller-uid: <uid>
        batch.kubernetes.io/job-name: work
        controller-uid: <uid>
        job-name: work
      name: work
      namespace: NS
      resourceVersion: <version>
      uid: <uid>
    spec:
      backoffLimit: 6
      completionMode: NonIndexed
      completions: 1
      manualSelector: false
      parallelism: 1
      podReplacementPolicy: TerminatingOrFailed
      selector:
        matchLabels:
          batch.kubernetes.io/controller-uid: <uid>
      suspend: false
      template:
        metadata:
          labels:
            batch.kubernetes.io/controller-uid: <uid>
            batch.kubernetes.io/job-name: work
            controller-uid: <uid>
            job-name: work
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
    status: {}"
  `)
  const running = await settled(path(ns), ({ status }) => status.ready === 1)
  expect(counts(running)).toMatchInlineSnapshot(`
    "active: 1
    ready: 1
    startTime: <time>
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
  const [pod] = await items(core(ns, 'pods'))
  expect(sheet(pod.metadata, { [pod.metadata.name]: 'POD', [ns]: 'NS' })).toMatchInlineSnapshot(`
    "creationTimestamp: <time>
    finalizers:
      - batch.kubernetes.io/job-tracking
    generateName: work-
    generation: 1
    labels:
      batch.kubernetes.io/controller-uid: <uid>
      batch.kubernetes.io/job-name: work
      controller-uid: <uid>
      job-name: work
    name: POD
    namespace: NS
    ownerReferences:
      - apiVersion: batch/v1
        blockOwnerDeletion: true
        controller: true
        kind: Job
        name: work
        uid: <uid>
    resourceVersion: <version>
    uid: <uid>"
  `)
  kubelet.ends.set('*', 'Succeeded')
  await kubelet.look()
  const done = await ended(ns)
  expect(counts(done)).toMatchInlineSnapshot(`
    "completionTime: <time>
    ready: 0
    startTime: <time>
    succeeded: 1
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
  expect(conditions(done)).toMatchInlineSnapshot(`
    [
      "Complete True CompletionsReached: Reached expected number of succeeded pods",
      "SuccessCriteriaMet True CompletionsReached: Reached expected number of succeeded pods",
    ]
  `)
  const left = await settled(core(ns, `pods/${pod.metadata.name}`), (p) => !p.metadata.finalizers)
  expect(left.status.phase).toBe('Succeeded')
  expect(await eventsOf(ns, 'Job', 'work', 2, { [pod.metadata.name]: 'POD' })).toMatchInlineSnapshot(`
    [
      "job-controller Normal Completed: Job completed",
      "job-controller Normal SuccessfulCreate: Created pod: POD",
    ]
  `)
})

test('so many completions, so many at a time', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await job(ns, { completions: 3, parallelism: 2 })
  await settled(path(ns), ({ status }) => status.active === 2)
  expect(await items(core(ns, 'pods'))).toHaveLength(2)
  kubelet.ends.set('*', 'Succeeded')
  await kubelet.look()
  expect(counts(await ended(ns))).toMatchInlineSnapshot(`
    "completionTime: <time>
    ready: 0
    startTime: <time>
    succeeded: 3
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
})

test('a failure too many fails it', async () => {
  const ns = await namespace()
  await playEnds(ns, 'Failed')
  await job(ns, { backoffLimit: 0 })
  const failed = await ended(ns)
  expect(counts(failed)).toMatchInlineSnapshot(`
    "failed: 1
    ready: 0
    startTime: <time>
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
  expect(conditions(failed)).toMatchInlineSnapshot(`
    [
      "Failed True BackoffLimitExceeded: Job has reached the specified backoff limit",
      "FailureTarget True BackoffLimitExceeded: Job has reached the specified backoff limit",
    ]
  `)
})

test('its deadline ends it and its pods', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await job(ns, { activeDeadlineSeconds: 1 })
  const failed = await ended(ns)
  expect(conditions(failed)).toMatchInlineSnapshot(`
    [
      "Failed True DeadlineExceeded: Job was active longer than specified deadline",
      "FailureTarget True DeadlineExceeded: Job was active longer than specified deadline",
    ]
  `)
  await until(async () => (await items(core(ns, 'pods'))).length === 0)
})

test('suspended it has no pods; resumed it begins', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await job(ns, { suspend: true })
  const waiting = await settled(path(ns), (j) => conditions(j).length > 0)
  expect(conditions(waiting)).toMatchInlineSnapshot(`
    [
      "Suspended True JobSuspended: Job suspended",
    ]
  `)
  expect(waiting.status.startTime).toBeUndefined()
  await merge(path(ns), { spec: { suspend: false } })
  const resumed = await settled(path(ns), ({ status }) => status.active === 1 && status.startTime)
  expect(conditions(resumed)).toMatchInlineSnapshot(`
    [
      "Suspended False JobResumed: Job resumed",
    ]
  `)
  await merge(path(ns), { spec: { suspend: true } })
  await until(async () => (await items(core(ns, 'pods'))).length === 0)
  const told = await eventsOf(ns, 'Job', 'work', 4)
  expect(told.filter((line) => !line.includes('pod: '))).toMatchInlineSnapshot(`
    [
      "job-controller Normal Resumed: Job resumed",
      "job-controller Normal Suspended: Job suspended",
    ]
  `)
})

test('after its time to live it goes', async () => {
  const ns = await namespace()
  await playEnds(ns, 'Succeeded')
  await job(ns, { ttlSecondsAfterFinished: 0 })
  await gone(path(ns))
  await until(async () => (await items(core(ns, 'pods'))).length === 0)
})

test('Indexed: each pod has its index', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await job(ns, { completions: 2, parallelism: 2, completionMode: 'Indexed' })
  await settled(path(ns), ({ status }) => status.ready === 2)
  const pods = await items(core(ns, 'pods'))
  const told = pods.map(({ metadata, spec }) => [
    metadata.name.replace(/-[a-z0-9]{5}$/, ''),
    spec.hostname,
    metadata.annotations['batch.kubernetes.io/job-completion-index'],
    metadata.labels['batch.kubernetes.io/job-completion-index'],
    spec.containers[0].env[0].name,
  ])
  expect(told.sort().join('\n')).toMatchInlineSnapshot(`
    "work-0,work-0,0,0,JOB_COMPLETION_INDEX
    work-1,work-1,1,1,JOB_COMPLETION_INDEX"
  `)
  kubelet.ends.set('*', 'Succeeded')
  await kubelet.look()
  expect(counts(await ended(ns))).toMatchInlineSnapshot(`
    "completedIndexes: 0,1
    completionTime: <time>
    ready: 0
    startTime: <time>
    succeeded: 2
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
})

test('kubectl create job --from a CronJob, and wait for it', async () => {
  const ns = await namespace()
  await playEnds(ns, 'Succeeded')
  await create(batch(ns, 'cronjobs'), {
    metadata: { name: 'often' },
    spec: {
      schedule: '0 0 1 1 *',
      suspend: true,
      jobTemplate: {
        spec: {
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'redis' }] } },
        },
      },
    },
  })
  const made = await kubectl(['-n', ns, 'create', 'job', 'work', '--from=cronjob/often'])
  expect(made).toEqual({ code: 0, stdout: 'job.batch/work created\n', stderr: '' })
  const waited = await kubectl(['-n', ns, 'wait', 'job/work', '--for=condition=Complete', '--timeout=55s'])
  expect(waited.stdout).toBe('job.batch/work condition met\n')
  const { metadata } = await ended(ns)
  expect(metadata.annotations).toEqual({ 'cronjob.kubernetes.io/instantiate': 'manual' })
  expect(metadata.ownerReferences).toMatchObject([{ kind: 'CronJob', name: 'often', controller: true }])
})
