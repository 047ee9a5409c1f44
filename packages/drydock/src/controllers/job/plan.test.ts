import type { Job, Pod } from '@orlop/kube'
import { describe, expect, test } from 'vitest'
import { planJob } from './plan.ts'

const NOW = Date.parse('2030-01-01T00:10:00Z')

function jobOf(spec: Partial<NonNullable<Job['spec']>> = {}, status: NonNullable<Job['status']> = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'shop', uid: 'j' },
    spec: { completions: 3, parallelism: 2, template: { spec: { containers: [{ name: 'c' }] } }, ...spec },
    status,
  }
}

const pods = (...phases: string[]): Pod[] =>
  phases.map((phase, i) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `old-${i}`, uid: `uid-${i}` },
    status: { phase },
  }))

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
  ])('%s', (_, job, present, expected) => {
    expect(planJob({ job, pods: present, now: NOW }).create).toHaveLength(expected)
  })
})

test('a failure is followed by a pause that doubles', () => {
  const failed = (seconds: number, restartCount = 0): Pod[] =>
    pods('Failed').map((pod) => {
      const finishedAt = new Date(NOW - seconds * 1000).toISOString()
      const state = { terminated: { exitCode: 1, finishedAt } }
      const container = { name: 'c', image: '', imageID: '', ready: false, restartCount, state }
      return { ...pod, status: { phase: 'Failed', containerStatuses: [container] } }
    })
  expect(planJob({ job: jobOf(), pods: failed(4), now: NOW })).toMatchObject({ create: [], again: 6_000 })
  expect(planJob({ job: jobOf(), pods: failed(10), now: NOW }).create).toHaveLength(2)
  expect(planJob({ job: jobOf({}, { failed: 3 }), pods: failed(10), now: NOW })).toMatchObject({
    again: 30_000,
  })
})

describe('a Job ends', () => {
  test('when enough have succeeded', () => {
    const { status, create } = planJob({
      job: jobOf(),
      pods: pods('Succeeded', 'Succeeded', 'Succeeded'),
      now: NOW,
    })
    expect(create).toEqual([])
    expect(status).toMatchObject({
      succeeded: 3,
      completionTime: '2030-01-01T00:10:00Z',
      conditions: [{ type: 'Complete' }],
    })
  })
  test('when too many have failed, and what still runs is ended', () => {
    const { status, remove } = planJob({
      job: jobOf({ backoffLimit: 1 }),
      pods: pods('Failed', 'Failed', 'Running'),
      now: NOW,
    })
    expect(status.conditions).toMatchObject([{ type: 'Failed', reason: 'BackoffLimitExceeded' }])
    expect(remove.map(({ metadata }) => metadata.name)).toEqual(['old-2'])
  })
  test('when its time is up', () => {
    const job = jobOf({ activeDeadlineSeconds: 60 }, { startTime: '2030-01-01T00:09:00Z' })
    expect(planJob({ job, pods: pods('Running'), now: NOW }).status.conditions).toMatchObject([
      { reason: 'DeadlineExceeded' },
    ])
    expect(planJob({ job, pods: pods('Running', 'Running'), now: NOW - 1_000 }).again).toBe(1_000)
  })
  test('and is deleted when its time to live is over', () => {
    const conditions = [{ type: 'Complete', status: 'True', lastTransitionTime: '2030-01-01T00:09:00Z' }]
    const job = jobOf({ ttlSecondsAfterFinished: 60 }, { succeeded: 3, conditions })
    expect(planJob({ job, pods: [], now: NOW - 5_000 })).toMatchObject({ expired: false, again: 5_000 })
    expect(planJob({ job, pods: [], now: NOW }).expired).toBe(true)
  })
})
