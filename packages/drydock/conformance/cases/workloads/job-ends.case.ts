import { expect, test } from 'vitest'
import { refusal } from '../../answers.ts'
import type { Json } from '../../api.ts'
import { api, gone, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { conditions, eventsOf, sheet } from '../../masked.ts'
import { batch, core, create, items, merge, names } from '../../places.ts'

async function job(ns: string, spec: Json = {}, restartPolicy = 'Never'): Promise<Json> {
  return await create(batch(ns, 'jobs'), {
    metadata: { name: 'work' },
    spec: { template: { spec: { restartPolicy, containers: [{ name: 'main', image: 'redis' }] } }, ...spec },
  })
}

const path = (ns: string) => batch(ns, 'jobs/work')
const ended = (ns: string) =>
  settled(path(ns), (j) => conditions(j).some((c) => /^(Complete|Failed) True/.test(c)))
const status = (object: Json) => sheet({ ...object.status, conditions: undefined })
const nameOf = (pods: Json[], index: number): string =>
  pods.find((p) => p.metadata.labels['batch.kubernetes.io/job-completion-index'] === String(index))?.metadata
    .name

/** Ends one pod so; its container with this code where it failed. */
async function end(ns: string, name: string, phase: 'Succeeded' | 'Failed', exitCode = 1, more: Json[] = []) {
  // Long ago, so that the next one need not wait for its turn.
  const at = '2020-01-01T00:00:00Z'
  const terminated = { exitCode: phase === 'Succeeded' ? 0 : exitCode, startedAt: at, finishedAt: at }
  await merge(`${core(ns, `pods/${name}`)}/status`, {
    status: {
      phase,
      conditions: more,
      containerStatuses: [
        { name: 'main', image: 'redis', imageID: '', ready: false, restartCount: 0, state: { terminated } },
      ],
    },
  })
}

async function podsOf(ns: string, count: number): Promise<Json[]> {
  return await until(async () => {
    const all = await items(core(ns, 'pods'))
    return all.length === count && all
  })
}

test('Indexed: some succeed, some fail; completedIndexes are told as ranges', async () => {
  const ns = await namespace()
  await job(ns, { completions: 6, parallelism: 6, completionMode: 'Indexed' })
  const pods = await podsOf(ns, 6)
  for (const index of [0, 1, 2, 4]) await end(ns, nameOf(pods, index), 'Succeeded')
  await end(ns, nameOf(pods, 5), 'Failed')
  // Another one is started for the one that failed.
  const now = await settled(
    path(ns),
    ({ status: { active, succeeded, failed } }) => active === 2 && succeeded === 4 && failed === 1,
  )
  expect(status(now)).toMatchInlineSnapshot(`
    "active: 2
    completedIndexes: 0-2,4
    failed: 1
    ready: 0
    startTime: <time>
    succeeded: 4
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
})

test('Indexed: fewer completions let the highest go', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await job(ns, { completions: 3, parallelism: 3, completionMode: 'Indexed' })
  await settled(path(ns), (j) => j.status.ready === 3)
  await merge(path(ns), { spec: { completions: 2, parallelism: 2 } })
  const pods = await podsOf(ns, 2)
  expect(pods.map((p) => p.metadata.labels['batch.kubernetes.io/job-completion-index']).sort()).toEqual([
    '0',
    '1',
  ])
})

test('completions of a plain Job may not change', async () => {
  const ns = await namespace()
  await job(ns, { completions: 3, parallelism: 0 })
  expect(refusal(await api.patch(path(ns), 'merge', { spec: { completions: 4 } }))).toMatchInlineSnapshot(`
    {
      "code": 422,
      "details": {
        "causes": [
          "spec.completions FieldValueInvalid",
        ],
        "group": "batch",
        "kind": "Job",
        "name": "work",
      },
      "message": "Job.batch "work" is invalid: spec.completions: Invalid value: 4: field is immutable",
      "reason": "Invalid",
    }
  `)
})

test('more parallelism starts more, none ends all', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await job(ns, { completions: 5, parallelism: 1 })
  await settled(path(ns), (j) => j.status.ready === 1)
  await merge(path(ns), { spec: { parallelism: 3 } })
  await settled(path(ns), (j) => j.status.ready === 3)
  await merge(path(ns), { spec: { parallelism: 0 } })
  await podsOf(ns, 0)
  const now = await settled(path(ns), (j) => j.status.active === undefined && j.status.terminating === 0)
  expect(status(now)).toMatchInlineSnapshot(`
    "ready: 0
    startTime: <time>
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
})

test('without completions the first success ends it, once the others have ended', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.stuck.add('*')
  const made = await job(ns, { parallelism: 2, completions: null })
  expect(made.spec.completions).toBeUndefined()
  const [a, b] = await podsOf(ns, 2)
  await end(ns, a.metadata.name, 'Succeeded')
  await settled(path(ns), (j) => j.status.succeeded === 1 && j.status.active === 1)
  await end(ns, b.metadata.name, 'Succeeded')
  const done = await ended(ns)
  expect(status(done)).toMatchInlineSnapshot(`
    "completionTime: <time>
    ready: 0
    startTime: <time>
    succeeded: 2
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
  expect(conditions(done)).toMatchInlineSnapshot(`
    [
      "Complete True CompletionsReached: Reached expected number of succeeded pods",
      "SuccessCriteriaMet True CompletionsReached: Reached expected number of succeeded pods",
    ]
  `)
})

const policy = (...rules: Json[]) => ({ backoffLimit: 3, podFailurePolicy: { rules } })
const onCode = (action: string, operator: string, values: number[], more: Json = {}) => ({
  action,
  onExitCodes: { operator, values, ...more },
})
const onCondition = (action: string, type: string, value = 'True') => ({
  action,
  onPodConditions: [{ type, status: value }],
})

test.each([
  ['by exit code', policy(onCode('FailJob', 'In', [42]))],
  ['by exit code of a container', policy(onCode('FailJob', 'In', [42], { containerName: 'main' }))],
  ['by any other exit code', policy(onCode('FailJob', 'NotIn', [1, 2]))],
  ['the first rule that fits decides', policy(onCode('FailJob', 'In', [42]), onCode('Ignore', 'In', [42]))],
  ['by condition', policy(onCondition('FailJob', 'example.com/Broken'))],
])('podFailurePolicy FailJob: %s', async (_, spec) => {
  const ns = await namespace()
  await job(ns, spec)
  const [pod] = await podsOf(ns, 1)
  await end(ns, pod.metadata.name, 'Failed', 42, [
    { type: 'example.com/Broken', status: 'True', lastTransitionTime: '2020-01-01T00:00:00Z' },
  ])
  const failed = await ended(ns)
  expect(conditions(failed, { [pod.metadata.name]: 'POD', [ns]: 'NS' })).toMatchSnapshot()
  expect(status(failed)).toMatchSnapshot()
  const told = await eventsOf(ns, 'Job', 'work', 2, { [pod.metadata.name]: 'POD' })
  expect(told).toMatchSnapshot()
})

test.each([
  ['by exit code', policy(onCode('Ignore', 'In', [42]))],
  ['by condition', policy(onCondition('Ignore', 'DisruptionTarget'))],
])('podFailurePolicy Ignore: the failure does not count: %s', async (_, spec) => {
  const ns = await namespace()
  await job(ns, { ...spec, backoffLimit: 0 })
  const [pod] = await podsOf(ns, 1)
  await end(ns, pod.metadata.name, 'Failed', 42, [
    { type: 'DisruptionTarget', status: 'True', lastTransitionTime: '2020-01-01T00:00:00Z' },
  ])
  // It is let go, and another one is started.
  await settled(core(ns, `pods/${pod.metadata.name}`), (p) => p.metadata.finalizers === undefined)
  const now = await settled(path(ns), (j) => j.status.active === 1)
  expect(now.status.failed).toBeUndefined()
  expect(conditions(now)).toEqual([])
})

test('podFailurePolicy Count counts towards the limit', async () => {
  const ns = await namespace()
  await job(ns, { ...policy(onCode('Count', 'In', [42])), backoffLimit: 0 })
  const [pod] = await podsOf(ns, 1)
  await end(ns, pod.metadata.name, 'Failed', 42)
  expect(conditions(await ended(ns))).toMatchInlineSnapshot(`
    [
      "Failed True BackoffLimitExceeded: Job has reached the specified backoff limit",
      "FailureTarget True BackoffLimitExceeded: Job has reached the specified backoff limit",
    ]
  `)
})

test('a Job that fails ends the pods that run still', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await job(ns, { completions: 2, parallelism: 2, backoffLimit: 0 })
  await settled(path(ns), (j) => j.status.ready === 2)
  const [a, b] = await items(core(ns, 'pods'))
  kubelet.ends.set(a.metadata.name, 'Failed')
  await kubelet.look()
  const failed = await ended(ns)
  expect(status(failed)).toMatchInlineSnapshot(`
    "failed: 2
    ready: 0
    startTime: <time>
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
  await gone(core(ns, `pods/${b.metadata.name}`))
})

test('with OnFailure the restarts of containers count', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.restarts.set('*', 2)
  await job(ns, { backoffLimit: 1 }, 'OnFailure')
  const failed = await ended(ns)
  expect(conditions(failed)).toMatchInlineSnapshot(`
    [
      "Failed True BackoffLimitExceeded: Job has reached the specified backoff limit",
      "FailureTarget True BackoffLimitExceeded: Job has reached the specified backoff limit",
    ]
  `)
  expect(status(failed)).toMatchInlineSnapshot(`
    "failed: 1
    ready: 0
    startTime: <time>
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
})

test('podReplacementPolicy Failed waits until a pod that goes has ended', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await job(ns, { podReplacementPolicy: 'Failed' })
  await settled(path(ns), (j) => j.status.ready === 1)
  const [name = ''] = await names(core(ns, 'pods'))
  kubelet.lingering.add(name)
  await api.delete(core(ns, `pods/${name}`))
  const now = await settled(path(ns), (j) => j.status.terminating === 1)
  expect(status(now)).toMatchInlineSnapshot(`
    "ready: 0
    startTime: <time>
    terminating: 1
    uncountedTerminatedPods: {}"
  `)
  expect(await names(core(ns, 'pods'))).toEqual([name])
})

test('a pod that is deleted counts as failed and is replaced', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await job(ns)
  await settled(path(ns), (j) => j.status.ready === 1)
  const [name = ''] = await names(core(ns, 'pods'))
  await api.delete(core(ns, `pods/${name}`))
  const now = await settled(path(ns), (j) => j.status.failed === 1)
  expect(now.status.succeeded).toBeUndefined()
})

test('no completions at all: done at once', async () => {
  const ns = await namespace()
  await job(ns, { completions: 0 })
  const done = await ended(ns)
  expect(status(done)).toMatchInlineSnapshot(`
    "completionTime: <time>
    ready: 0
    startTime: <time>
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
  expect(conditions(done)).toMatchInlineSnapshot(`
    [
      "Complete True CompletionsReached: Reached expected number of succeeded pods",
      "SuccessCriteriaMet True CompletionsReached: Reached expected number of succeeded pods",
    ]
  `)
})

test('the deadline does not run while it is suspended', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await job(ns, { suspend: true, activeDeadlineSeconds: 1 })
  await settled(path(ns), (j) => conditions(j).some((c) => c.startsWith('Suspended True')))
  await merge(path(ns), { spec: { suspend: false, activeDeadlineSeconds: 600 } })
  const now = await settled(path(ns), (j) => j.status.ready === 1)
  expect(conditions(now)).toMatchInlineSnapshot(`
    [
      "Suspended False JobResumed: Job resumed",
    ]
  `)
})

test('suspended after it began: startTime goes, what succeeded stays', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await job(ns, { completions: 2 })
  await settled(path(ns), (j) => j.status.ready === 1)
  const [name = ''] = await names(core(ns, 'pods'))
  kubelet.ends.set(name, 'Succeeded')
  await kubelet.look()
  await settled(path(ns), (j) => j.status.succeeded === 1 && j.status.ready === 1)
  await merge(path(ns), { spec: { suspend: true } })
  const now = await settled(
    path(ns),
    (j) => j.status.active === undefined && j.status.terminating === 0 && conditions(j).length > 0,
  )
  expect(status(now)).toMatchInlineSnapshot(`
    "ready: 0
    startTime: <time>
    succeeded: 1
    terminating: 0
    uncountedTerminatedPods: {}"
  `)
})

test('a Job that another controller manages is left alone', async () => {
  const ns = await namespace()
  const made = await job(ns, { managedBy: 'example.com/nobody' })
  await create(batch(ns, 'jobs'), { ...made, metadata: { name: 'ours' }, spec: { template: jobTemplate } })
  await settled(batch(ns, 'jobs/ours'), (j) => j.status.active === 1)
  expect((await api.get(path(ns))).body.status).toEqual({})
})
const jobTemplate = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'redis' }] } }
