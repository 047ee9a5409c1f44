import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { conditions, sheet } from '../../masked.ts'
import { apps, core, create, policy } from '../../places.ts'

async function budget(ns: string, spec: Json, name = 'web'): Promise<Json> {
  return await create(policy(ns, 'poddisruptionbudgets'), {
    metadata: { name },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  })
}

async function pods(ns: string, ...names: string[]): Promise<void> {
  for (const name of names)
    await create(core(ns, 'pods'), {
      metadata: { name, labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'redis' }] },
    })
}

async function workload(ns: string, kind: 'Deployment' | 'StatefulSet', replicas: number): Promise<void> {
  await create(apps(ns, `${kind.toLowerCase()}s`), {
    metadata: { name: 'web' },
    spec: {
      replicas,
      ...(kind === 'StatefulSet' ? { serviceName: 'web', podManagementPolicy: 'Parallel' } : {}),
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: 'redis' }] },
      },
    },
  })
}

/** Waits until the budget sees so many healthy pods of so many expected. */
const counted = (ns: string, healthy: number, expected: number, name = 'web') =>
  settled(
    policy(ns, `poddisruptionbudgets/${name}`),
    ({ status, metadata }) =>
      status.observedGeneration === metadata.generation &&
      status.currentHealthy === healthy &&
      status.expectedPods === expected,
  )

const evict = (ns: string, name: string, more: Json = {}) =>
  api.post(core(ns, `pods/${name}/eviction`), {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace: ns },
    ...more,
  })

test('the whole of a budget as it is stored and counted', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  expect(sheet(await budget(ns, { minAvailable: 1 }), { [ns]: 'NS' })).toMatchInlineSnapshot(`
    "apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata:
      creationTimestamp: <time>
      generation: 1
      name: web
      namespace: NS
      resourceVersion: <version>
      uid: <uid>
    spec:
      minAvailable: 1
      selector:
        matchLabels:
          app: web
    status:
      currentHealthy: 0
      desiredHealthy: 0
      disruptionsAllowed: 0
      expectedPods: 0"
  `)
  await pods(ns, 'a', 'b')
  expect(sheet((await counted(ns, 2, 2)).status)).toMatchInlineSnapshot(`
    "conditions:
      - lastTransitionTime: <time>
        message: ""
        observedGeneration: 1
        reason: SufficientPods
        status: "True"
        type: DisruptionAllowed
    currentHealthy: 2
    desiredHealthy: 1
    disruptionsAllowed: 1
    expectedPods: 2
    observedGeneration: 1"
  `)
})

test('a budget for nobody', async () => {
  const ns = await namespace()
  await budget(ns, { minAvailable: 1 })
  expect(sheet((await counted(ns, 0, 0)).status)).toMatchInlineSnapshot(`
    "conditions:
      - lastTransitionTime: <time>
        message: ""
        observedGeneration: 1
        reason: InsufficientPods
        status: "False"
        type: DisruptionAllowed
    currentHealthy: 0
    desiredHealthy: 1
    disruptionsAllowed: 0
    expectedPods: 0
    observedGeneration: 1"
  `)
})

test.each<[string, Json, number, number]>([
  ['minAvailable 2', { minAvailable: 2 }, 2, 1],
  ['minAvailable 50%', { minAvailable: '50%' }, 2, 1],
  ['minAvailable 100%', { minAvailable: '100%' }, 3, 0],
  ['minAvailable 5', { minAvailable: 5 }, 5, 0],
  ['maxUnavailable 1', { maxUnavailable: 1 }, 2, 1],
  ['maxUnavailable 0', { maxUnavailable: 0 }, 3, 0],
  ['maxUnavailable 34%', { maxUnavailable: '34%' }, 1, 2],
  ['maxUnavailable 5', { maxUnavailable: 5 }, 0, 3],
])('%s of three pods of a StatefulSet', async (_, spec, desiredHealthy, disruptionsAllowed) => {
  const ns = await namespace()
  await playKubelet(ns)
  await workload(ns, 'StatefulSet', 3)
  await budget(ns, spec)
  const { status } = await counted(ns, 3, 3)
  expect({ ...status, conditions: undefined }).toMatchObject({ desiredHealthy, disruptionsAllowed })
})

test('pods that a Deployment is to have count, also those that are not there', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await workload(ns, 'Deployment', 2)
  await budget(ns, { maxUnavailable: 1 })
  await counted(ns, 2, 2)
  kubelet.slow.add('*')
  kubelet.stuck.add('*')
  await api.patch(apps(ns, 'deployments/web'), 'merge', { spec: { replicas: 4 } })
  const found = await counted(ns, 2, 4)
  expect(sheet(found.status)).toMatchInlineSnapshot(`
    "conditions:
      - lastTransitionTime: <time>
        message: ""
        observedGeneration: 1
        reason: InsufficientPods
        status: "False"
        type: DisruptionAllowed
    currentHealthy: 2
    desiredHealthy: 3
    disruptionsAllowed: 0
    expectedPods: 4
    observedGeneration: 1"
  `)
})

test.each<[string, Json]>([
  ['maxUnavailable', { maxUnavailable: 1 }],
  ['minAvailable in percent', { minAvailable: '50%' }],
])('%s needs a controller with a scale', async (_, spec) => {
  const ns = await namespace()
  await playKubelet(ns)
  await pods(ns, 'a')
  await budget(ns, spec)
  const found = await settled(policy(ns, 'poddisruptionbudgets/web'), (b) => b.status.conditions)
  expect(conditions(found, { [ns]: 'NS' })).toMatchSnapshot()
  expect(found.status.disruptionsAllowed).toBe(0)
})

test('evicting a pod answers 201 with a Status, and spends a disruption', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.lingering.add('*')
  await pods(ns, 'a', 'b')
  await budget(ns, { minAvailable: 1 })
  await counted(ns, 2, 2)
  const { code, body } = await evict(ns, 'a')
  expect([code, sheet(body)]).toMatchInlineSnapshot(`
    [
      201,
      "apiVersion: v1
    code: 201
    kind: Status
    metadata: {}
    status: Success",
    ]
  `)
  const { metadata, status } = (await api.get(core(ns, 'pods/a'))).body
  expect(metadata.deletionTimestamp).toBeDefined()
  expect(sheet(status.conditions.find((c: Json) => c.type === 'DisruptionTarget'))).toMatchInlineSnapshot(`
    "lastProbeTime: null
    lastTransitionTime: <time>
    message: "Eviction API: evicting"
    reason: EvictionByEvictionAPI
    status: "True"
    type: DisruptionTarget"
  `)
  const spent = await counted(ns, 1, 2)
  expect(spent.status.disruptionsAllowed).toBe(0)
})

test('evicting one too many answers 429', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await pods(ns, 'a')
  await budget(ns, { minAvailable: 1 })
  await counted(ns, 1, 1)
  const { code, body, headers } = await evict(ns, 'a')
  expect([code, headers['retry-after'], sheet(body)]).toMatchInlineSnapshot(`
    [
      429,
      undefined,
      "apiVersion: v1
    code: 429
    details:
      causes:
        - message: The disruption budget web needs 1 healthy pods and has 1 currently
          reason: DisruptionBudget
    kind: Status
    message: Cannot evict pod as it would violate the pod's disruption budget.
    metadata: {}
    reason: TooManyRequests
    status: Failure",
    ]
  `)
})

test('a dry run evicts nobody and spends nothing', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await pods(ns, 'a', 'b')
  await budget(ns, { minAvailable: 1 })
  await counted(ns, 2, 2)
  const { code } = await evict(ns, 'a', { deleteOptions: { dryRun: ['All'] } })
  expect(code).toBe(201)
  const { metadata, status } = (await api.get(core(ns, 'pods/a'))).body
  expect(metadata.deletionTimestamp).toBeUndefined()
  expect(status.conditions.some((c: Json) => c.type === 'DisruptionTarget')).toBe(false)
  expect((await counted(ns, 2, 2)).status.disruptionsAllowed).toBe(1)
})

test('two budgets for one pod are an error of the server', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await pods(ns, 'a')
  await budget(ns, { minAvailable: 0 })
  // A pod that becomes ready later is seen by one of them only.
  await counted(ns, 1, 1)
  await budget(ns, { minAvailable: 0 }, 'more')
  await counted(ns, 1, 1, 'more')
  const { code, body } = await evict(ns, 'a')
  expect([code, sheet(body)]).toMatchInlineSnapshot(`
    [
      500,
      "apiVersion: v1
    code: 500
    kind: Status
    message: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.
    metadata: {}
    status: Failure",
    ]
  `)
})

test('a precondition that does not hold', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await pods(ns, 'a')
  await settled(core(ns, 'pods/a'), (p) => p.status.phase === 'Running')
  const { uid } = (await api.get(core(ns, 'pods/a'))).body.metadata
  const other = '00000000-0000-4000-8000-000000000003'
  const { code, body } = await evict(ns, 'a', { deleteOptions: { preconditions: { uid: other } } })
  expect([code, sheet(body, { [uid]: 'UID', [other]: 'OTHER' })]).toMatchInlineSnapshot(`
    [
      409,
      "apiVersion: v1
    code: 409
    details:
      kind: Pod
      name: a
    kind: Status
    message: 'Operation cannot be fulfilled on Pod "a": the UID in the precondition (OTHER) does not match the UID in record (UID). The object might have been deleted and then recreated'
    metadata: {}
    reason: Conflict
    status: Failure",
    ]
  `)
})

test('a pod that is not there', async () => {
  const ns = await namespace()
  const { code, body } = await evict(ns, 'none')
  expect([code, sheet(body)]).toMatchInlineSnapshot(`
    [
      404,
      "apiVersion: v1
    code: 404
    details:
      kind: pods
      name: none
    kind: Status
    message: pods "none" not found
    metadata: {}
    reason: NotFound
    status: Failure",
    ]
  `)
})

test('an eviction of another name', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await pods(ns, 'a')
  const { code, body } = await evict(ns, 'a', { metadata: { name: 'b' } })
  expect([code, sheet(body)]).toMatchInlineSnapshot(`
    [
      400,
      "apiVersion: v1
    code: 400
    kind: Status
    message: name in URL does not match name in Eviction object
    metadata: {}
    reason: BadRequest
    status: Failure",
    ]
  `)
})

test('a pending pod goes whatever the budget says', async () => {
  const ns = await namespace()
  await pods(ns, 'a')
  await budget(ns, { minAvailable: 1 })
  await counted(ns, 0, 1)
  expect((await evict(ns, 'a')).code).toBe(201)
})

test('a pod that is not ready stays while too few are, unless the policy is AlwaysAllow', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.slow.add('a')
  await pods(ns, 'a')
  await budget(ns, { minAvailable: 1 })
  await settled(core(ns, 'pods/a'), (p) => p.status.phase === 'Running')
  await counted(ns, 0, 1)
  const { code, body } = await evict(ns, 'a')
  expect([code, body.details.causes]).toMatchInlineSnapshot(`
    [
      429,
      [
        {
          "message": "The disruption budget web needs 1 healthy pods and has 0 currently",
          "reason": "DisruptionBudget",
        },
      ],
    ]
  `)
  await api.patch(policy(ns, 'poddisruptionbudgets/web'), 'merge', {
    spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  })
  await until(async () => (await evict(ns, 'a')).code === 201)
})

test('a pod that is not ready goes while enough others are', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.slow.add('a')
  await pods(ns, 'a', 'b')
  await budget(ns, { minAvailable: 1 })
  await settled(core(ns, 'pods/a'), (p) => p.status.phase === 'Running')
  await counted(ns, 1, 2)
  expect((await evict(ns, 'a')).code).toBe(201)
})
