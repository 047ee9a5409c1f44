import type { CronJob, Job } from '@orlop/kube'
import { describe, expect, test } from 'vitest'
import { type CronJobPlan, type CronJobView, planCronJob } from './plan.ts'

const NOW = Date.parse('2030-01-01T12:00:30Z')
/** Minutes since the epoch. */
const NOON = Date.parse('2030-01-01T12:00:00Z') / 60_000

function cronJobOf(spec: Partial<NonNullable<CronJob['spec']>>, status: CronJob['status'] = {}): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'shop', uid: 'c', creationTimestamp: '2030-01-01T11:00:00Z' },
    spec: {
      schedule: '*/10 * * * *',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { metadata: { labels: { app: 'tick' } }, spec: { template: {} } },
      ...spec,
    },
    status,
  }
}

function jobOf(name: string, condition?: 'Complete' | 'Failed', startTime = '2030-01-01T11:50:00Z'): Job {
  const conditions = condition === undefined ? [] : [{ type: condition, status: 'True' }]
  const ended = condition === 'Complete' ? { completionTime: startTime } : {}
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'shop', uid: `uid-${name}` },
    status: { startTime, conditions, ...ended },
  }
}

const reference = (name: string) => ({ name, namespace: 'shop', uid: `uid-${name}` })

const plan = (view: Partial<CronJobView> & { cronJob: CronJob }): CronJobPlan =>
  planCronJob({ jobs: [], gone: new Set(), scheduleSince: 0, now: NOW, ...view })

const reasons = ({ events }: CronJobPlan): string[] => events.map(({ reason }) => reason)

describe('when a Job is started', () => {
  const last = { lastScheduleTime: '2030-01-01T11:50:00Z' }
  test('its name and its owner follow from the CronJob and the time; the next look is when the next time comes', () => {
    const { start, again, events } = plan({ cronJob: cronJobOf({ timeZone: 'Asia/Kolkata' }, last) })
    expect(start?.job.metadata).toMatchObject({
      name: `tick-${NOON}`,
      labels: { app: 'tick' },
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2030-01-01T17:30:00+05:30' },
      ownerReferences: [{ kind: 'CronJob', name: 'tick', uid: 'c', controller: true }],
    })
    expect(again).toBe(570_100)
    expect(events).toEqual([])
  })

  test.each<[string, CronJob, Partial<CronJobView>, string[]]>([
    ['not before its time', cronJobOf({}, { lastScheduleTime: '2030-01-01T12:00:00Z' }), {}, []],
    ['not while suspended', cronJobOf({ suspend: true }, last), {}, []],
    ['not for a time of an earlier schedule', cronJobOf({}, last), { scheduleSince: NOW - 1000 }, []],
    ['not by a schedule that never comes', cronJobOf({ schedule: '0 0 31 2 *' }), {}, ['InvalidSchedule']],
    ['not by one that cannot be read', cronJobOf({ schedule: 'often' }), {}, ['UnparseableSchedule']],
    ['not in a zone that is not there', cronJobOf({ timeZone: 'Mars/Base' }), {}, ['UnknownTimeZone']],
    [
      'not beside another where that is forbidden',
      cronJobOf({ concurrencyPolicy: 'Forbid' }, { ...last, active: [reference('a')] }),
      { jobs: [jobOf('a')] },
      ['JobAlreadyActive'],
    ],
    [
      'not twice',
      cronJobOf({}, { ...last, active: [reference(`tick-${NOON}`)] }),
      { jobs: [jobOf(`tick-${NOON}`)] },
      [],
    ],
  ])('%s', (_, cronJob, view, expected) => {
    const result = plan({ cronJob, ...view })
    expect(result.start).toBeUndefined()
    expect(reasons(result)).toEqual(expected)
  })

  test('after a standstill the newest time alone is made up for', () => {
    const result = plan({
      cronJob: cronJobOf({ schedule: '* * * * *' }, { lastScheduleTime: '2030-01-01T00:00:00Z' }),
    })
    expect(result.start?.job.metadata.name).toBe(`tick-${NOON}`)
    expect(reasons(result)).toEqual(['TooManyMissedTimes'])
  })

  test('one that could not be started in time is missed', () => {
    const cronJob = cronJobOf({ startingDeadlineSeconds: 20 }, last)
    expect(plan({ cronJob, now: NOW - 15_000 }).start).toBeDefined()
    expect(plan({ cronJob }).start).toBeUndefined()
    // The window is open for a moment that lies between two looks.
    expect(plan({ cronJob, now: NOW + 600_000 }).start).toBeUndefined()
  })

  test('@every counts from the last time', () => {
    const cronJob = cronJobOf({ schedule: '@every 90m' }, { lastScheduleTime: '2030-01-01T11:15:00Z' })
    expect(plan({ cronJob })).toMatchObject({ again: 2_670_100 })
  })

  test('Replace ends what still runs', () => {
    const cronJob = cronJobOf({ concurrencyPolicy: 'Replace' }, { ...last, active: [reference('a')] })
    const { remove, start } = plan({ cronJob, jobs: [jobOf('a')] })
    expect(remove.map(({ metadata }) => metadata.name)).toEqual(['a'])
    expect(start).toBeDefined()
  })
})

describe('what the status follows', () => {
  const active = [reference('done'), reference('lost'), reference('runs')]
  test('Jobs that ended, that are gone, that somebody else started', () => {
    const jobs = [jobOf('done', 'Complete'), jobOf('runs'), jobOf('strange')]
    const status = { active, lastScheduleTime: '2030-01-01T12:00:00Z' }
    const result = plan({ cronJob: cronJobOf({}, status), jobs, gone: new Set(['uid-lost']) })
    expect(result.status).toEqual({
      active: [reference('runs')],
      lastScheduleTime: '2030-01-01T12:00:00Z',
      lastSuccessfulTime: '2030-01-01T11:50:00Z',
    })
    expect(reasons(result)).toEqual(['SawCompletedJob', 'UnexpectedJob', 'MissingJob'])
  })

  test('the oldest of those that ended go, beyond the limits of each kind', () => {
    const at = (minute: number): string => `2030-01-01T11:0${minute}:00Z`
    const jobs = [
      ...[5, 1, 2, 4].map((n) => jobOf(`good-${n}`, 'Complete', at(n))),
      ...[3, 1, 2].map((n) => jobOf(`bad-${n}`, 'Failed', at(n))),
      jobOf('runs'),
    ]
    const { remove } = plan({ cronJob: cronJobOf({ suspend: true }), jobs })
    expect(remove.map(({ metadata }) => metadata.name)).toEqual(['good-1', 'bad-1', 'bad-2'])
  })
})
