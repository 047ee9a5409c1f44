import { test } from 'vitest'
import { refusal } from '../../answers.ts'
import type { Json, WatchLine } from '../../api.ts'
import { api, namespace, settled } from '../../cluster.ts'
import { conditions, eventsOf, sheet } from '../../masked.ts'
import { apps, core, create, merge } from '../../places.ts'
import { deployment } from './deployment.ts'

const path = (ns: string) => `/apis/autoscaling/v2/namespaces/${ns}/horizontalpodautoscalers/web`

/** Of the Deployment `web`; `spec` replaces parts of its spec. */
async function autoscaler(ns: string, spec: Json = {}, name = 'web'): Promise<Json> {
  return await create(path(ns).replace(/\/web$/, ''), {
    metadata: { name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 5,
      ...spec,
    },
  })
}

const told = (ns: string, condition: string) =>
  settled(path(ns), (a) => conditions(a).some((line) => line.startsWith(condition)))
/** Waits for `AbleToScale True SucceededRescale`, which lasts only until it is next looked at: in all that `act` brings. */
async function rescaled(ns: string, act: () => Promise<unknown>): Promise<Json> {
  const watch = await api.watch(path(ns).replace(/\/web$/, '?watch=true'))
  const says = ({ object }: WatchLine) =>
    conditions(object).some((line) => line.startsWith('AbleToScale True SucceededRescale'))
  try {
    await act()
    return (await watch.until((events) => events.some(says))).find(says)?.object
  } finally {
    watch.close()
  }
}
const replicas = async (ns: string) => (await api.get(apps(ns, 'deployments/web'))).body.spec.replicas

/** Metrics that neither side has anybody to ask for. */
const external = (target: Json) => ({
  metrics: [{ type: 'External', external: { metric: { name: 'queue' }, target } }],
})

test.concurrent('the whole of one as it is made', async ({ expect }) => {
  const ns = await namespace()
  expect(sheet(await autoscaler(ns), { [ns]: 'NS' })).toMatchInlineSnapshot(`
    "apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata:
      creationTimestamp: <time>
      name: web
      namespace: NS
      resourceVersion: <version>
      uid: <uid>
    spec:
      maxReplicas: 5
      metrics:
        - resource:
            name: cpu
            target:
              averageUtilization: 80
              type: Utilization
          type: Resource
      minReplicas: 1
      scaleTargetRef:
        apiVersion: apps/v1
        kind: Deployment
        name: web
    status:
      currentMetrics: null
      desiredReplicas: 0"
  `)
})

test.concurrent('fewer than minReplicas become that many, whatever the metrics', async ({ expect }) => {
  const ns = await namespace()
  await deployment(ns, { replicas: 1 })
  const found = await rescaled(ns, () => autoscaler(ns, { minReplicas: 3 }))
  expect(await replicas(ns)).toBe(3)
  expect(conditions(found)).toMatchInlineSnapshot(`
    [
      "AbleToScale True SucceededRescale: the HPA controller was able to update the target scale to 3",
    ]
  `)
  expect(sheet({ ...found.status, conditions: undefined, currentMetrics: undefined })).toMatchInlineSnapshot(`
    "currentReplicas: 1
    desiredReplicas: 3
    lastScaleTime: <time>"
  `)
  const said = await eventsOf(ns, 'HorizontalPodAutoscaler', 'web', 1)
  expect(said.filter((line) => line.includes('Rescale'))).toMatchInlineSnapshot(`
    [
      "horizontal-pod-autoscaler Normal SuccessfulRescale: New size: 3; reason: Current number of replicas below Spec.MinReplicas",
    ]
  `)
})

test.concurrent('more than maxReplicas become that many', async ({ expect }) => {
  const ns = await namespace()
  await deployment(ns, { replicas: 4 })
  await rescaled(ns, () => autoscaler(ns, { maxReplicas: 2 }))
  expect(await replicas(ns)).toBe(2)
  const said = await eventsOf(ns, 'HorizontalPodAutoscaler', 'web', 1)
  expect(said.filter((line) => line.includes('Rescale'))).toMatchInlineSnapshot(`
    [
      "horizontal-pod-autoscaler Normal SuccessfulRescale: New size: 2; reason: Current number of replicas above Spec.MaxReplicas",
    ]
  `)
})

test.concurrent('scaling is disabled while the target has no replicas', async ({ expect }) => {
  const ns = await namespace()
  await deployment(ns, { replicas: 0 })
  await autoscaler(ns)
  const found = await told(ns, 'ScalingActive')
  expect(conditions(found)).toMatchInlineSnapshot(`
    [
      "AbleToScale True SucceededGetScale: the HPA controller was able to get the target's current scale",
      "ScalingActive False ScalingDisabled: scaling is disabled since the replica count of the target is zero",
    ]
  `)
  expect(sheet({ ...found.status, conditions: undefined, currentMetrics: undefined })).toMatchInlineSnapshot(
    `"desiredReplicas: 0"`,
  )
  await rescaled(ns, () => merge(apps(ns, 'deployments/web'), { spec: { replicas: 6 } }))
  expect(await replicas(ns)).toBe(5)
})

test.concurrent('a target that is not there', async ({ expect }) => {
  const ns = await namespace()
  await autoscaler(ns)
  const found = await told(ns, 'AbleToScale False')
  expect(conditions(found)).toMatchInlineSnapshot(`
    [
      "AbleToScale False FailedGetScale: the HPA controller was unable to get the target's current scale: deployments.apps "web" not found",
    ]
  `)
  expect(sheet({ ...found.status, conditions: undefined, currentMetrics: undefined })).toMatchInlineSnapshot(
    `"desiredReplicas: 0"`,
  )
  expect(await eventsOf(ns, 'HorizontalPodAutoscaler', 'web', 1)).toMatchInlineSnapshot(`
    [
      "horizontal-pod-autoscaler Warning FailedGetScale: deployments.apps "web" not found",
    ]
  `)
})

test.concurrent.for<[string, Json]>([
  ['a kind that is not there', { apiVersion: 'apps/v1', kind: 'Fleet', name: 'web' }],
  ['a group that is not there', { apiVersion: 'boats.example.com/v1', kind: 'Fleet', name: 'web' }],
  ['a kind without a scale', { apiVersion: 'apps/v1', kind: 'ControllerRevision', name: 'web' }],
  ['a kind of the core group by no version', { kind: 'ReplicationController', name: 'web' }],
  [
    'another version of the group is as good',
    { apiVersion: 'apps/v1beta1', kind: 'Deployment', name: 'web' },
  ],
])('a target of %s', async ([_, scaleTargetRef], { expect }) => {
  const ns = await namespace()
  await autoscaler(ns, { scaleTargetRef })
  expect(conditions(await told(ns, 'AbleToScale False'), { [ns]: 'NS' })).toMatchSnapshot()
})

test.concurrent.for<[string, Json]>([
  ['the core group needs none', { apiVersion: 'v1', kind: 'ConfigMap', name: 'web' }],
  ['a version that is not one', { apiVersion: 'a/b/c', kind: 'Deployment', name: 'web' }],
])('refused: %s', async ([_, scaleTargetRef], { expect }) => {
  const ns = await namespace()
  const spec = { scaleTargetRef, maxReplicas: 1 }
  const refused = await api.post(path(ns).replace(/\/web$/, ''), { metadata: { name: 'web' }, spec })
  expect(refusal(refused)).toMatchSnapshot()
})

test.concurrent('a target that appears later is scaled then', async ({ expect }) => {
  const ns = await namespace()
  await autoscaler(ns, { minReplicas: 2 })
  await told(ns, 'AbleToScale False')
  await rescaled(ns, () => deployment(ns, { replicas: 1 }))
  expect(await replicas(ns)).toBe(2)
})

test.concurrent.for<[string, Json]>([
  ['External, as a whole', external({ type: 'Value', value: '30' })],
  ['External, for each pod', external({ type: 'AverageValue', averageValue: '30' })],
  [
    'Pods',
    {
      metrics: [
        {
          type: 'Pods',
          pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '1k' } },
        },
      ],
    },
  ],
  [
    'Object',
    {
      metrics: [
        {
          type: 'Object',
          object: {
            metric: { name: 'hits' },
            describedObject: { apiVersion: 'v1', kind: 'Service', name: 'main' },
            target: { type: 'Value', value: '10k' },
          },
        },
      ],
    },
  ],
])('a metric of kind %s that nobody has', async ([_, metrics], { expect }) => {
  const ns = await namespace()
  await deployment(ns, { replicas: 1 })
  await autoscaler(ns, metrics)
  const found = await told(ns, 'ScalingActive')
  expect(conditions(found, { [ns]: 'NS' })).toMatchSnapshot()
  expect(await eventsOf(ns, 'HorizontalPodAutoscaler', 'web', 2)).toMatchSnapshot()
  expect(await replicas(ns)).toBe(1)
})

test.concurrent('two for the same pods: neither scales', async ({ expect }) => {
  const ns = await namespace()
  await deployment(ns, { replicas: 1 })
  await create(core(ns, 'pods'), {
    metadata: { name: 'extra', labels: { app: 'web' } },
    spec: { containers: [{ name: 'main', image: 'redis' }] },
  })
  await autoscaler(ns)
  await autoscaler(ns, {}, 'rival')
  const found = await told(ns, 'ScalingActive False AmbiguousSelector')
  // In any order.
  const names = { [ns]: 'NS', '/rival': '/web' }
  expect(conditions(found, names)).toMatchInlineSnapshot(`
    [
      "AbleToScale True SucceededGetScale: the HPA controller was able to get the target's current scale",
      "ScalingActive False AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [NS/web NS/web]",
    ]
  `)
})

test.concurrent('autoscaling/v1 has the same object, conditions as an annotation', async ({ expect }) => {
  const ns = await namespace()
  await deployment(ns, { replicas: 0 })
  await autoscaler(ns)
  await told(ns, 'ScalingActive')
  const v1 = (await api.get(path(ns).replace('/v2/', '/v1/'))).body
  expect(Object.keys(v1.metadata.annotations ?? {})).toMatchInlineSnapshot(`
    [
      "autoscaling.alpha.kubernetes.io/conditions",
    ]
  `)
  expect(sheet({ spec: v1.spec, status: v1.status })).toMatchInlineSnapshot(`
    "spec:
      maxReplicas: 5
      minReplicas: 1
      scaleTargetRef:
        apiVersion: apps/v1
        kind: Deployment
        name: web
      targetCPUUtilizationPercentage: 80
    status:
      currentReplicas: 0
      desiredReplicas: 0"
  `)
})
