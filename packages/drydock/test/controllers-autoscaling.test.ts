import {
  type HorizontalPodAutoscaler,
  type KubeObject,
  type Resource,
  resources,
  silentLog,
  systemClock,
} from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startControllers } from '../src/controllers/controllers.ts'
import { createPod, eventually, podReady, type Ship, startShip } from './node-fixture.ts'

/** One node with real processes, and autoscalers that look several times a second. */
let ship: Ship
const stop = new AbortController()
let ended: Promise<void>
beforeAll(async () => {
  ship = await startShip()
  ended = startControllers({
    client: ship.client,
    log: silentLog,
    clock: systemClock,
    random: Math.random,
    signal: stop.signal,
    stateDir: ship.stateDir,
    autoscaling: { syncPeriod: 200, cpuInitialization: 0, downscaleStabilization: 1_000 },
  })
})
afterAll(async () => {
  stop.abort()
  await ended
  await ship.close()
})

const namespace = 'default'

/** Works as long as its volume says so. */
const worker = {
  name: 'worker',
  image: 'busybox',
  command: [
    'sh',
    '-c',
    'while :; do read mode < /mode/mode; if [ "$mode" = busy ]; then i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; else sleep 1; fi; done',
  ],
  resources: { requests: { cpu: '50m' } },
  volumeMounts: [{ name: 'mode', mountPath: '/mode' }],
}

async function setMode(name: string, mode: string): Promise<void> {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name },
    data: { mode: `${mode}\n` },
  }
  await ship.client.apply(resources.configMaps, object, { fieldManager: 'a-test', force: true })
}

async function autoscale(
  name: string,
  spec: Partial<NonNullable<HorizontalPodAutoscaler['spec']>>,
): Promise<void> {
  await ship.client.create(resources.horizontalPodAutoscalers, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { namespace, name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      maxReplicas: 3,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
      ...spec,
    },
  })
}

const seen = (name: string): Promise<HorizontalPodAutoscaler> =>
  ship.client.get(resources.horizontalPodAutoscalers, { namespace, name })

function conditionOf(autoscaler: HorizontalPodAutoscaler, type: string): string {
  const found = autoscaler.status?.conditions?.find((one) => one.type === type)
  return `${found?.status} ${found?.reason}: ${found?.message}`
}

/** Waits until the autoscaler is as `wanted` says. */
function autoscalerIs(
  name: string,
  wanted: (autoscaler: HorizontalPodAutoscaler) => boolean,
): Promise<HorizontalPodAutoscaler> {
  return eventually(
    async () => {
      const one = await seen(name)
      return wanted(one) ? one : undefined
    },
    async () => (await seen(name)).status,
    60_000,
  )
}

async function notes(name: string, reason: string): Promise<string[]> {
  const { items } = await ship.client.list(resources.events, { namespace })
  return items
    .filter((one) => one.regarding?.name === name && one.reason === reason)
    .map(({ note }) => note ?? '')
}

async function deploy(name: string, replicas: number): Promise<void> {
  const labels = { app: name }
  await ship.client.create(resources.deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [worker],
          terminationGracePeriodSeconds: 1,
          volumes: [{ name: 'mode', configMap: { name } }],
        },
      },
    },
  })
}

test('a Deployment grows while its processes are busy, as far as it may, and shrinks when they rest', {
  timeout: 180_000,
}, async () => {
  await setMode('busy', 'busy')
  await deploy('busy', 1)
  const behavior = { scaleDown: { stabilizationWindowSeconds: 1 } }
  await autoscale('busy', { behavior })
  const grown = await autoscalerIs(
    'busy',
    ({ status }) => status?.currentReplicas === 3 && status.desiredReplicas === 3,
  )
  expect(grown.status?.currentMetrics).toMatchObject([
    { type: 'Resource', resource: { name: 'cpu', current: { averageValue: expect.anything() } } },
  ])
  await autoscalerIs('busy', (one) => conditionOf(one, 'ScalingLimited').startsWith('True TooManyReplicas'))
  const active = await autoscalerIs('busy', (one) => conditionOf(one, 'ScalingActive').startsWith('True'))
  expect(conditionOf(active, 'ScalingActive')).toBe(
    'True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
  )
  const rescaled = (note: string) =>
    eventually(async () => (await notes('busy', 'SuccessfulRescale')).includes(note))
  await rescaled('New size: 3; reason: cpu resource utilization (percentage of request) above target')
  await eventually(async () => {
    const { status } = await ship.client.get(resources.deployments, { namespace, name: 'busy' })
    return status?.readyReplicas === 3
  })
  await setMode('busy', 'idle')
  await autoscalerIs('busy', ({ status }) => status?.currentReplicas === 1 && status.desiredReplicas === 1)
  await eventually(
    async () => {
      const { items } = await ship.client.list(resources.pods, { namespace, labelSelector: 'app=busy' })
      return items.length === 1
    },
    undefined,
    60_000,
  )
  await rescaled('New size: 1; reason: All metrics below target')
})

test('a custom resource grows by its scale, by the amount one container of its pods uses', async () => {
  const widgets: Resource<KubeObject & { spec: { size: number } }> = {
    group: 'example.com',
    version: 'v1',
    plural: 'widgets',
    kind: 'Widget',
    namespaced: true,
  }
  const number = { type: 'integer' }
  const properties = {
    spec: { type: 'object', properties: { size: number } },
    status: { type: 'object', properties: { size: number, selector: { type: 'string' } } },
  }
  await ship.client.create(resources.customResourceDefinitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties } },
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.size',
              statusReplicasPath: '.status.size',
              labelSelectorPath: '.status.selector',
            },
          },
        },
      ],
    },
  })
  const where = { namespace, name: 'gadget' }
  await ship.client.create(widgets, {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: where,
    spec: { size: 1 },
  })
  await setMode('gadget', 'busy')
  const volumes = [{ name: 'mode', configMap: { name: 'gadget' } }]
  await createPod(ship, 'gadget-0', { containers: [worker], volumes }, { labels: { app: 'gadget' } })
  await podReady(ship, 'gadget-0')
  const target = { type: 'AverageValue', averageValue: '10m' }
  await autoscale('gadget', {
    scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Widget', name: 'gadget' },
    metrics: [{ type: 'ContainerResource', containerResource: { name: 'cpu', container: 'worker', target } }],
  })
  const blind = await autoscalerIs('gadget', (one) => conditionOf(one, 'ScalingActive').startsWith('False'))
  expect(conditionOf(blind, 'ScalingActive')).toBe(
    "False InvalidSelector: the HPA target's scale is missing a selector",
  )
  const body = { status: { size: 1, selector: 'app=gadget' } }
  await ship.client.patch(widgets, where, { type: 'merge', body }, { subresource: 'status' })
  await eventually(
    async () => (await ship.client.get(widgets, where)).spec.size === 3,
    async () => (await seen('gadget')).status,
    60_000,
  )
})

test('what cannot be looked at is said, in the words of the real controller', async () => {
  await autoscale('nobody', {})
  const lost = await autoscalerIs('nobody', (one) => conditionOf(one, 'AbleToScale').startsWith('False'))
  expect(conditionOf(lost, 'AbleToScale')).toBe(
    `False FailedGetScale: the HPA controller was unable to get the target's current scale: deployments.apps "nobody" not found`,
  )
  await setMode('asleep', 'idle')
  await deploy('asleep', 0)
  await autoscale('asleep', {
    metrics: [
      {
        type: 'Pods',
        pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '1' } },
      },
    ],
  })
  await autoscalerIs('asleep', (one) => conditionOf(one, 'ScalingActive').startsWith('False ScalingDisabled'))
  const scale = (replicas: number): Promise<unknown> =>
    ship.client.patch(
      resources.deployments,
      { namespace, name: 'asleep' },
      { type: 'merge', body: { spec: { replicas } } },
    )
  await scale(1)
  const blind = await autoscalerIs('asleep', (one) =>
    conditionOf(one, 'ScalingActive').startsWith('False FailedGetPodsMetric'),
  )
  expect(conditionOf(blind, 'ScalingActive')).toContain(
    'unable to get metric hits: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
  )
  await scale(5)
  await eventually(async () =>
    (await notes('asleep', 'SuccessfulRescale')).includes(
      'New size: 3; reason: Current number of replicas above Spec.MaxReplicas',
    ),
  )
})
