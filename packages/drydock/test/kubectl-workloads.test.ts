import { join } from 'node:path'
import { resources, silentLog, systemClock } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startControllers } from '../src/controllers/controllers.ts'
import { type Kubectl, kubectlFor } from './kubectl-fixture.ts'
import { eventually, type Ship, startShip } from './node-fixture.ts'

/** The commands that people use on workloads, by the real kubectl, on a node with real processes. */
let ship: Ship
let kubectl: Kubectl
let close: () => Promise<void>
let ended: Promise<void>
const stop = new AbortController()
beforeAll(async () => {
  ship = await startShip()
  ended = startControllers({
    client: ship.client,
    log: silentLog,
    clock: systemClock,
    random: Math.random,
    signal: stop.signal,
    stateDir: ship.stateDir,
    autoscaling: { syncPeriod: 300 },
  })
  ;({ kubectl, close } = await kubectlFor(join(ship.stateDir, 'api.sock')))
})
afterAll(async () => {
  stop.abort()
  await ended
  await close()
  await ship.close()
})

/** What a command prints, without what only aligns it. */
async function said(...args: string[]): Promise<string> {
  return (await kubectl(...args)).replace(/ +/g, ' ').trim()
}

const sleep = ['--', 'sh', '-c', 'trap "exit 0" TERM; sleep 1000 & wait']
const rolled = (kind: string): Promise<string> => said('rollout', 'status', kind, '--timeout=60s')
/** The tables of `describe` end with what happened: reason and message. */
const happened = (described: string): string[] =>
  described
    .slice(described.lastIndexOf('Events:'))
    .split('\n')
    .slice(3)
    .map((line) => line.replace(/^ (\w+ \w+) \S+( \(x.*\))? /, '$1 '))

test('a Deployment is rolled, taken back to the very ReplicaSet it had, paused and scaled', {
  timeout: 180_000,
}, async () => {
  const web = 'deployment/web'
  await said('create', 'deployment', 'web', '--image=busybox', '--replicas=2', ...sleep)
  await rolled(web)
  const [first] = (await said('get', 'rs', '-o', 'name')).split('\n')
  await said('annotate', web, 'kubernetes.io/change-cause=first')
  await eventually(async () => (await said('rollout', 'history', web)).includes('1 first'))
  await said('set', 'image', web, 'busybox=alpine')
  expect(await rolled(web)).toContain('deployment "web" successfully rolled out')
  await said('annotate', web, 'kubernetes.io/change-cause=second', '--overwrite')
  await eventually(async () => (await said('rollout', 'history', web)).includes('2 second'))
  expect(await said('rollout', 'history', web)).toBe(
    'deployment.apps/web \nREVISION CHANGE-CAUSE\n1 first\n2 second',
  )
  expect(await said('rollout', 'history', web, '--revision=2')).toContain('Image:\talpine')

  expect(await said('rollout', 'undo', web)).toBe('deployment.apps/web rolled back')
  await rolled(web)
  expect(await said('get', 'rs', '-o', 'name')).toContain(first)
  expect((await said('get', 'rs', '-o', 'name')).split('\n')).toHaveLength(2)
  expect(await said('rollout', 'history', web)).toContain('2 second\n3 first')

  await said('rollout', 'pause', web)
  await said('set', 'env', web, 'A=b')
  await said('scale', web, '--replicas=3')
  await said('wait', '--for=jsonpath={.status.readyReplicas}=3', web, '--timeout=60s')
  const scaled = /ScalingReplicaSet .* Scaled up replica set \S+ from 2 to 3$/
  const paused = await eventually(async () => {
    const text = await said('describe', web)
    return scaled.test(happened(text).at(-1) ?? '') && text
  })
  expect(paused).toContain('Progressing Unknown DeploymentPaused')
  expect(paused).toContain('NewReplicaSet: <none>')
  await said('rollout', 'resume', web)
  await rolled(web)
  await said('rollout', 'restart', web)
  await rolled(web)
  expect(await said('get', web, '-o', 'jsonpath={.spec.template.spec.containers[0].env[0].value}')).toBe('b')

  await said('expose', web, '--port=80')
  await eventually(async () => /Endpoints: \S+:80,\S+:80,\S+:80/.test(await said('describe', 'service/web')))
})

test('an autoscaler is made and described, in both versions', { timeout: 180_000 }, async () => {
  await said('create', 'deployment', 'calm', '--image=busybox', ...sleep)
  await rolled('deployment/calm')
  await said('autoscale', 'deployment/calm', '--min=1', '--max=4', '--cpu-percent=50')
  const described = await eventually(async () => {
    const text = await said('describe', 'hpa', 'calm')
    return text.includes('FailedComputeMetricsReplicas') ? text : undefined
  })
  expect(described).toContain('ScalingActive False FailedGetResourceMetric')
  expect(described).toContain('missing request for cpu in container busybox of Pod calm-')
  expect(await said('get', 'hpa', 'calm')).toContain('calm Deployment/calm cpu: <unknown>/50% 1 4 1')
  const old = await said('get', 'horizontalpodautoscalers.v1.autoscaling', 'calm', '-o', 'yaml')
  expect(old).toContain('targetCPUUtilizationPercentage: 50')
  expect(old).toContain('autoscaling.alpha.kubernetes.io/conditions')
  await said('set', 'resources', 'deployment/calm', '--requests=cpu=100m')
  await rolled('deployment/calm')
})

test('a StatefulSet is rolled and taken back', { timeout: 180_000 }, async () => {
  const container = { name: 'c', image: 'busybox', command: sleep.slice(1) }
  const labels = { app: 'db' }
  await ship.client.create(resources.statefulSets, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { namespace: 'default', name: 'db' },
    spec: {
      serviceName: 'db',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  })
  await rolled('sts/db')
  await said('set', 'image', 'sts/db', 'c=alpine')
  expect(await rolled('sts/db')).toContain('1 new pods have been updated')
  expect(await said('rollout', 'history', 'sts/db')).toContain('1 <none>\n2 <none>')
  await said('rollout', 'undo', 'sts/db')
  await rolled('sts/db')
  expect(await said('get', 'pod', 'db-0', '-o', 'jsonpath={.spec.containers[0].image}')).toBe('busybox')
})

test('a Job of a CronJob runs at once; what came of it is described', { timeout: 180_000 }, async () => {
  await said('create', 'cronjob', 'tick', '--image=busybox', '--schedule=0 0 1 1 *', '--', 'echo', 'tock')
  await said('create', 'job', 'now', '--from=cronjob/tick')
  expect(await said('wait', '--for=condition=complete', 'job/now', '--timeout=60s')).toContain(
    'condition met',
  )
  expect(await said('logs', 'job/now')).toBe('tock')
  const described = await eventually(async () => {
    const text = await said('describe', 'job/now')
    return happened(text).length >= 2 && text
  })
  expect(described).toContain('Pods Statuses: 0 Active (0 Ready) / 1 Succeeded / 0 Failed')
  expect(happened(described)).toEqual([
    expect.stringMatching(/SuccessfulCreate .*Created pod: now-/),
    expect.stringMatching(/Completed .*Job completed/),
  ])
  expect(await said('get', 'job', 'now')).toMatch(/now Complete 1\/1 /)
  expect(await said('get', 'cronjob')).toContain('tick 0 0 1 1 * <none> False 0 <none>')
  await said('delete', 'cronjob/tick', '--timeout=60s')
  await eventually(async () => (await said('get', 'jobs,pods', '-l', 'job-name=now', '-o', 'name')) === '')
})

test('a pod of a Job that is deleted has failed, and a Job that is deleted keeps no pod', {
  timeout: 180_000,
}, async () => {
  await said('create', 'job', 'long', '--image=busybox', ...sleep)
  // The pod may not be there yet.
  await eventually(async () => (await said('get', 'pods', '-l', 'job-name=long', '-o', 'name')) !== '')
  await said('wait', '--for=condition=ready', 'pod', '-l', 'job-name=long', '--timeout=60s')
  await said('delete', 'pod', '-l', 'job-name=long', '--timeout=60s')
  const outcome = (): Promise<string> =>
    said('get', 'job', 'long', '-o', 'jsonpath={.status.failed}{.status.succeeded}')
  await eventually(async () => (await outcome()) === '1', outcome, 60_000)
  await said('delete', 'job/long', '--timeout=60s')
  const pods = (): Promise<string> => said('get', 'pods', '-l', 'job-name=long', '-o', 'name')
  await eventually(async () => (await pods()) === '', pods, 60_000)
})

test('an indexed Job tells each pod its index', { timeout: 180_000 }, async () => {
  const script = 'echo $JOB_COMPLETION_INDEX $(hostname)'
  const container = { name: 'c', image: 'busybox', command: ['sh', '-c', script] }
  await ship.client.create(resources.jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace: 'default', name: 'parts' },
    spec: {
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 2,
      template: { spec: { restartPolicy: 'Never', containers: [container] } },
    },
  })
  await said('wait', '--for=condition=complete', 'job/parts', '--timeout=60s')
  const printed = await said('logs', '-l', 'job-name=parts', '--tail=-1')
  expect(printed.split('\n').sort()).toEqual(['0 parts-0', '1 parts-1', '2 parts-2'])
  expect(await said('describe', 'job/parts')).toContain('Completed Indexes: 0-2')
})

test('a pod is run, and a Job is suspended and taken up', { timeout: 180_000 }, async () => {
  await said('run', 'once', '--image=busybox', '--restart=Never', '--', 'echo', 'hello')
  await said('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/once', '--timeout=60s')
  expect(await said('logs', 'once')).toBe('hello')
  await said('create', 'job', 'later', '--image=busybox', ...sleep)
  await said('patch', 'job', 'later', '-p', '{"spec":{"suspend":true}}')
  await said('wait', '--for=condition=Suspended', 'job/later', '--timeout=60s')
  await eventually(async () => (await said('get', 'pods', '-l', 'job-name=later', '-o', 'name')) === '')
  expect(await said('get', 'job', 'later')).toContain('later Suspended 0/1')
  await said('patch', 'job', 'later', '-p', '{"spec":{"suspend":false}}')
  await eventually(
    async () => (await said('get', 'job', 'later', '-o', 'jsonpath={.status.ready}')) === '1',
    () => said('describe', 'job/later'),
  )
})
