import { type Deployment, type Job, resources } from '@orlop/kube'
import { expect, test } from 'vitest'
import { container, namespace, startYard, template, type Yard } from './controllers-fixture.ts'

async function deploy(yard: Yard, spec: Partial<NonNullable<Deployment['spec']>> = {}): Promise<void> {
  await yard.client.create(resources.deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: { replicas: 3, selector: { matchLabels: template.metadata.labels }, template, ...spec },
  })
}

async function change(yard: Yard, spec: object): Promise<void> {
  await yard.client.patch(
    resources.deployments,
    { namespace, name: 'web' },
    { type: 'strategic', body: { spec } },
  )
}

const image = (name: string): object => ({
  template: { spec: { containers: [{ ...container, image: name }] } },
})

async function settled(yard: Yard, replicas: number): Promise<Deployment> {
  return yard.until(async () => {
    const deployment = await yard.find(resources.deployments, 'web')
    const { status, metadata } = deployment ?? {}
    const observed = status?.observedGeneration === metadata?.generation
    const all = [status?.replicas, status?.updatedReplicas, status?.availableReplicas]
    return observed && all.every((n) => n === replicas) && deployment
  })
}

test('a Deployment rolls within its limits, numbers its revisions and can go back', async () => {
  const yard = await startYard()
  await deploy(yard, {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  })
  const first = await settled(yard, 3)
  expect(first.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' })
  expect(first.status?.conditions).toMatchObject([
    { type: 'Available', status: 'True' },
    { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
  ])
  const seen: number[] = []
  const counting = setInterval(() => {
    void yard
      .list(resources.pods)
      .then((pods) => seen.push(pods.filter((p) => !p.metadata.deletionTimestamp).length))
  }, 5)
  await change(yard, image('redis:7.4'))
  await settled(yard, 3)
  clearInterval(counting)
  expect(Math.max(...seen)).toBeLessThanOrEqual(4)
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(3)
  await yard.until(async () => {
    const pods = await yard.list(resources.pods)
    return pods.every(({ spec }) => spec?.containers[0]?.image === 'redis:7.4')
  })

  await change(yard, image('redis:7.2'))
  await settled(yard, 3)
  const sets = await yard.list(resources.replicaSets)
  const shown = sets.map(({ metadata, spec }) => [
    metadata.annotations?.['deployment.kubernetes.io/revision'],
    spec?.replicas,
  ])
  expect(shown.sort()).toEqual([
    ['2', 0],
    ['3', 3],
  ])
})

test('Recreate ends the old pods before it starts a new one', async () => {
  const yard = await startYard()
  await deploy(yard, { replicas: 2, strategy: { type: 'Recreate' } })
  await settled(yard, 2)
  const old = (await yard.list(resources.pods)).map(({ metadata }) => metadata.name)
  for (const name of old) yard.lingering.add(name)
  await change(yard, image('redis:7.4'))
  await yard.until(async () => {
    const pods = await yard.list(resources.pods)
    return pods.every(({ metadata }) => metadata.deletionTimestamp !== undefined)
  })
  expect(await yard.list(resources.pods)).toHaveLength(2)
  yard.lingering.clear()
  await settled(yard, 2)
})

test('a Deployment scales out and in, and replaces what is deleted', async () => {
  const yard = await startYard()
  await deploy(yard, { replicas: 1 })
  await settled(yard, 1)
  await change(yard, { replicas: 5 })
  await settled(yard, 5)
  await change(yard, { replicas: 2 })
  await settled(yard, 2)
  const [victim] = await yard.until(async () => {
    const pods = await yard.list(resources.pods)
    return pods.length === 2 && pods
  })
  await yard.client.delete(resources.pods, { namespace, name: victim?.metadata.name ?? '' })
  await yard.until(async () => {
    const pods = await yard.list(resources.pods)
    return pods.length === 2 && pods.every(({ metadata }) => metadata.uid !== victim?.metadata.uid)
  })
})

async function start(yard: Yard, spec: Partial<NonNullable<Job['spec']>>): Promise<void> {
  await yard.client.create(resources.jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace },
    spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } }, ...spec },
  })
}

/** Ends one running pod of the Job in this phase. */
async function end(yard: Yard, phase: 'Succeeded' | 'Failed'): Promise<void> {
  const pod = await yard.until(async () => {
    const pods = await yard.list(resources.pods, 'job-name=work')
    return pods.find(({ status }) => status?.phase === 'Running')
  })
  const body = { status: { phase } }
  await yard.client.patch(resources.pods, pod.metadata, { type: 'merge', body }, { subresource: 'status' })
}

async function ended(yard: Yard, type: string): Promise<Job> {
  return yard.until(async () => {
    const job = await yard.find(resources.jobs, 'work')
    return job?.status?.conditions?.some((c) => c.type === type && c.status === 'True') && job
  })
}

test('a Job runs as many at a time as it may until enough succeeded', async () => {
  const yard = await startYard()
  await start(yard, { completions: 3, parallelism: 2 })
  await yard.until(async () => (await yard.find(resources.jobs, 'work'))?.status?.active === 2)
  await end(yard, 'Succeeded')
  await end(yard, 'Failed')
  await end(yard, 'Succeeded')
  await end(yard, 'Succeeded')
  const { status } = await ended(yard, 'Complete')
  expect(status).toMatchObject({ succeeded: 3, failed: 1, uncountedTerminatedPods: {} })
})

test('a Job that fails too often gives up, and goes when its time is over', async () => {
  const yard = await startYard()
  await start(yard, { backoffLimit: 1 })
  await end(yard, 'Failed')
  await end(yard, 'Failed')
  const job = await ended(yard, 'Failed')
  expect(job.status?.conditions).toMatchObject([
    { type: 'FailureTarget', reason: 'BackoffLimitExceeded' },
    { type: 'Failed', reason: 'BackoffLimitExceeded' },
  ])
  const body = { spec: { ttlSecondsAfterFinished: 0 } }
  await yard.client.patch(resources.jobs, { namespace, name: 'work' }, { type: 'merge', body })
  await yard.until(async () => (await yard.find(resources.jobs, 'work')) === undefined)
  await yard.until(async () => (await yard.list(resources.pods)).length === 0)
})

test('a disruption budget follows the pods it covers', async () => {
  const yard = await startYard()
  await deploy(yard)
  await yard.client.create(resources.podDisruptionBudgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace },
    spec: { selector: { matchLabels: template.metadata.labels }, maxUnavailable: 1 },
  })
  const allowed = (expected: number): Promise<unknown> =>
    yard.until(async () => {
      const { status } = (await yard.find(resources.podDisruptionBudgets, 'web')) ?? {}
      return status?.disruptionsAllowed === expected && status.expectedPods === 3
    })
  await allowed(1)
  const [pod] = await yard.list(resources.pods)
  await yard.ready(pod?.metadata.name ?? '', false)
  await allowed(0)
  await yard.ready(pod?.metadata.name ?? '', true)
  await allowed(1)
})
