import type { Job, Pod } from '@orlop/kube'
import { describe, expect, test } from 'vitest'
import { INDEX } from './indexes.ts'
import { type JobPlan, planJob } from './plan.ts'
import { TRACKING } from './tracking.ts'

const NOW = Date.parse('2030-01-01T00:10:00Z')

type Spec = NonNullable<Job['spec']>
type Status = NonNullable<Job['status']>

function jobOf(spec: Partial<Spec> = {}, status: Status = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'shop', uid: 'j' },
    spec: { completions: 3, parallelism: 2, template: { spec: { containers: [{ name: 'c' }] } }, ...spec },
    status,
  }
}

function pod(name: string, phase: string, more: Partial<Pod['metadata']> = {}, code?: number): Pod {
  const state = { terminated: { exitCode: code ?? 1, finishedAt: '2030-01-01T00:00:00Z' } }
  const container = { name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, finalizers: [TRACKING], ...more },
    spec: { containers: [], nodeName: 'n' },
    status: { phase, ...(code === undefined ? {} : { containerStatuses: [container] }) },
  }
}

const pods = (...phases: string[]): Pod[] => phases.map((phase, i) => pod(`old-${i}`, phase))
const going = { deletionTimestamp: '2030-01-01T00:00:00Z' }
const plan = (job: Job, present: Pod[], now: number = NOW): JobPlan => planJob({ job, pods: present, now })
const names = (list: readonly Pod[]): string[] => list.map(({ metadata }) => metadata.name)

/** Looks again and again, as the API server and nodes carry out what was planned, until nothing changes. */
function settle(job: Job, present: Pod[]): { job: Job; pods: Pod[]; started: Pod[] } {
  let [now, current] = [job, present]
  const started: Pod[] = []
  for (let i = 0; i < 20; i++) {
    const { status, release, remove, drop, create } = plan(now, current)
    started.push(...create)
    const gone = new Set([
      ...remove,
      ...drop,
      ...release.filter((p) => p.metadata.deletionTimestamp !== undefined),
    ])
    const next = current
      .filter((one) => !gone.has(one))
      .map((one) => (release.includes(one) ? { ...one, metadata: { ...one.metadata, finalizers: [] } } : one))
    if (JSON.stringify([status, next]) === JSON.stringify([now.status, current])) break
    now = { ...now, status }
    current = next
  }
  return { job: now, pods: current, started }
}

describe('how many pods a Job starts', () => {
  test.each<[string, Job, Pod[], number]>([
    ['as many as may run at a time', jobOf(), [], 2],
    ['none beyond what runs', jobOf(), pods('Running', 'Pending'), 0],
    ['one for each that ended', jobOf(), pods('Succeeded', 'Running'), 1],
    ['none when those that run are enough', jobOf(), pods('Succeeded', 'Succeeded', 'Running'), 0],
    ['one again for one that failed', jobOf(), pods('Failed', 'Running'), 1],
    ['none while suspended', jobOf({ suspend: true }), [], 0],
    ['one unless said', { ...jobOf(), spec: { template: {} } }, [], 1],
    ['a success counts although its pod is gone', jobOf({}, { succeeded: 2 }), [], 1],
    ['one for one that is deleted', jobOf(), [pod('a', 'Running', going), pod('b', 'Running')], 1],
    [
      'none for one that is deleted, where its end is waited for',
      jobOf({ podReplacementPolicy: 'Failed' }),
      [pod('a', 'Running', going), pod('b', 'Running')],
      0,
    ],
  ])('%s', (_, job, present, expected) => {
    expect(plan(job, present).create).toHaveLength(expected)
  })

  test('fewer when its parallelism shrinks: those that serve least go', () => {
    const { drop } = plan(jobOf({ parallelism: 1 }), [
      pod('a', 'Running'),
      { ...pod('b', 'Pending'), spec: { containers: [] } },
    ])
    expect(names(drop)).toEqual(['b'])
  })
})

test('a failure is followed by a pause that doubles', () => {
  const failed = (...seconds: number[]): Pod[] =>
    seconds.map((ago, i) => {
      const one = pod(`f-${i}`, 'Failed', {}, 1)
      const finishedAt = new Date(NOW - ago * 1000).toISOString()
      const [status] = one.status?.containerStatuses ?? []
      const containerStatuses =
        status === undefined ? [] : [{ ...status, state: { terminated: { exitCode: 1, finishedAt } } }]
      return { ...one, status: { phase: 'Failed', containerStatuses } }
    })
  expect(plan(jobOf(), failed(4))).toMatchObject({ create: [], again: 6_000 })
  expect(plan(jobOf(), failed(10)).create).toHaveLength(2)
  expect(plan(jobOf(), failed(10, 50, 90))).toMatchObject({ again: 30_000 })
})

describe('what has ended is counted once, whoever deletes it', () => {
  test('its uid stands in the status before its finalizer goes, and is part of a number after', () => {
    const ended = [pod('good', 'Succeeded'), pod('bad', 'Failed')]
    const first = plan(jobOf(), ended)
    expect(first.release).toEqual([])
    expect(first.status.uncountedTerminatedPods).toEqual({ succeeded: ['uid-good'], failed: ['uid-bad'] })
    const second = plan(jobOf({}, first.status), ended)
    expect(names(second.release)).toEqual(['good', 'bad'])
    const third = plan(jobOf({}, second.status), [])
    expect(third.status).toMatchObject({ succeeded: 1, failed: 1, uncountedTerminatedPods: {} })
    expect(plan(jobOf({}, third.status), []).status).toEqual(third.status)
  })

  test('a pod deleted while it ran has failed', () => {
    const { job } = settle(jobOf(), [pod('a', 'Running', going), pod('b', 'Running')])
    expect(job.status).toMatchObject({ failed: 1, active: 1 })
  })
})

describe('a Job ends', () => {
  test('when enough have succeeded', () => {
    const { job, started } = settle(jobOf(), pods('Succeeded', 'Succeeded', 'Succeeded'))
    expect(started).toEqual([])
    expect(job.status).toMatchObject({
      succeeded: 3,
      completionTime: '2030-01-01T00:10:00Z',
      conditions: [
        { type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached' },
        { type: 'Complete', status: 'True', reason: 'CompletionsReached' },
      ],
    })
  })

  test('when too many have failed, and what still runs is ended', () => {
    const failing = jobOf({ backoffLimit: 1 })
    expect(names(plan(failing, pods('Failed', 'Failed', 'Running')).remove)).toEqual(['old-2'])
    const { job } = settle(failing, pods('Failed', 'Failed', 'Running'))
    expect(job.status?.conditions).toMatchObject([
      { type: 'FailureTarget', reason: 'BackoffLimitExceeded' },
      { type: 'Failed', reason: 'BackoffLimitExceeded' },
    ])
  })

  test('when its containers were started again too often', () => {
    const spec = { restartPolicy: 'OnFailure', containers: [{ name: 'c' }] }
    const [running] = pods('Running')
    const containerStatuses = [{ name: 'c', image: '', imageID: '', ready: true, restartCount: 2 }]
    const present =
      running === undefined ? [] : [{ ...running, status: { phase: 'Running', containerStatuses } }]
    const { status } = plan(jobOf({ backoffLimit: 2, template: { spec } }), present)
    expect(status.conditions).toMatchObject([{ type: 'FailureTarget', reason: 'BackoffLimitExceeded' }])
  })

  test('when its time is up', () => {
    const job = jobOf({ activeDeadlineSeconds: 60 }, { startTime: '2030-01-01T00:09:00Z' })
    expect(plan(job, pods('Running')).status.conditions).toMatchObject([{ reason: 'DeadlineExceeded' }])
    expect(plan(job, pods('Running', 'Running'), NOW - 1_000).again).toBe(1_000)
  })

  test('and is deleted when its time to live is over', () => {
    const conditions = [{ type: 'Complete', status: 'True', lastTransitionTime: '2030-01-01T00:09:00Z' }]
    const job = jobOf({ ttlSecondsAfterFinished: 60 }, { succeeded: 3, conditions })
    expect(plan(job, [], NOW - 5_000)).toMatchObject({ expired: false, again: 5_000 })
    expect(plan(job, []).expired).toBe(true)
  })
})

describe('what the failure policy says', () => {
  const policy = {
    rules: [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
    ],
  }
  const spec = { podFailurePolicy: policy, podReplacementPolicy: 'Failed', backoffLimit: 0 }

  test('one exit code fails the Job at once', () => {
    const { job } = settle(jobOf(spec), [pod('a', 'Failed', {}, 42), pod('b', 'Running')])
    const message = 'Container c for pod shop/a failed with exit code 42 matching FailJob rule at index 1'
    expect(job.status?.conditions).toMatchObject([
      { type: 'FailureTarget', reason: 'PodFailurePolicy', message },
      { type: 'Failed', reason: 'PodFailurePolicy', message },
    ])
  })

  test('a disruption does not count', () => {
    const disrupted = pod('a', 'Failed', {}, 1)
    const conditions = [{ type: 'DisruptionTarget', status: 'True' }]
    const { job } = settle(jobOf(spec), [{ ...disrupted, status: { ...disrupted.status, conditions } }])
    expect(job.status?.failed).toBeUndefined()
    expect(job.status?.conditions).toBeUndefined()
  })
})

describe('an indexed Job', () => {
  const spec: Partial<Spec> = { completionMode: 'Indexed', completions: 4, parallelism: 3 }
  const indexed = (index: number, phase: string): Pod =>
    pod(`p${index}-${phase}`, phase, { annotations: { [INDEX]: String(index) } })

  test('gives each pod its index, and the lowest that is free first', () => {
    const [first] = plan(jobOf(spec), []).create
    expect(first).toMatchObject({
      metadata: {
        name: expect.stringMatching(/^work-0-.{5}$/),
        annotations: { [INDEX]: '0' },
        labels: { [INDEX]: '0' },
        finalizers: [TRACKING],
      },
      spec: {
        hostname: 'work-0',
        containers: [{ env: [{ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: {} } }] }],
      },
    })
    const later = plan(jobOf(spec), [indexed(0, 'Succeeded'), indexed(2, 'Running')])
    expect(later.create.map(({ metadata }) => metadata.annotations?.[INDEX])).toEqual(['1', '3'])
  })

  test('counts indexes, not pods', () => {
    const ended = [0, 1, 2].map((index) => indexed(index, 'Succeeded'))
    const twice = {
      ...indexed(1, 'Succeeded'),
      metadata: { ...indexed(1, 'Succeeded').metadata, uid: 'other' },
    }
    const { job } = settle(jobOf(spec), [...ended, twice, indexed(3, 'Running')])
    expect(job.status).toMatchObject({ succeeded: 3, completedIndexes: '0-2', active: 1 })
  })

  test('ends a pod of an index that is done', () => {
    const { drop } = plan(jobOf(spec), [
      indexed(0, 'Succeeded'),
      indexed(0, 'Running'),
      indexed(1, 'Running'),
    ])
    expect(names(drop)).toEqual(['p0-Running'])
  })
})

test('a Job that is suspended ends its pods, and its clock starts anew when it is taken up', () => {
  const running = pods('Running')
  const suspended = plan(jobOf({ suspend: true }, { startTime: '2030-01-01T00:00:00Z' }), running)
  expect(names(suspended.drop)).toEqual(['old-0'])
  expect(suspended.status.conditions).toMatchObject([{ type: 'Suspended', status: 'True' }])
  expect(suspended.events).toMatchObject([{ reason: 'Suspended' }])
  const resumed = plan(jobOf({}, suspended.status), [])
  expect(resumed.status).toMatchObject({
    startTime: '2030-01-01T00:10:00Z',
    conditions: [{ type: 'Suspended', status: 'False', reason: 'JobResumed' }],
  })
})
