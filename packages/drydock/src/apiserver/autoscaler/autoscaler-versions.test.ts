import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ApiObject, JsonObject } from '../object.ts'
import { autoscalerFromV1, autoscalerToV1 } from './autoscaler-versions.ts'
import { defaultAutoscaler, defaultAutoscalerV1 } from './defaults.ts'
import { validateAutoscaler } from './validation.ts'

const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }

const autoscaler = (spec: JsonObject, rest: Partial<ApiObject> = {}): ApiObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', annotations: { own: 'kept' } },
  spec: { scaleTargetRef: target, maxReplicas: 5, ...spec },
  ...rest,
})

const resource = (name: string, amount: JsonObject) => ({
  type: 'Resource',
  resource: { name, target: amount },
})
const share = (percent: number) => ({ type: 'Utilization', averageUtilization: percent })

test('what autoscaling/v1 has no field for stands in annotations, in the words of the real server', () => {
  const shown = autoscalerToV1(
    autoscaler(
      {
        metrics: [
          resource('cpu', share(50)),
          resource('memory', { type: 'AverageValue', averageValue: '1Gi' }),
        ],
        behavior: {
          scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }], selectPolicy: 'Max' },
        },
      },
      {
        status: {
          currentReplicas: 1,
          desiredReplicas: 2,
          currentMetrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', current: { averageUtilization: 70, averageValue: '7m' } },
            },
          ],
          conditions: [{ reason: 'R', type: 'AbleToScale', status: 'True', message: 'm' }],
        },
      },
    ),
  )
  expect(shown).toMatchObject({
    apiVersion: 'autoscaling/v1',
    spec: { scaleTargetRef: target, maxReplicas: 5, targetCPUUtilizationPercentage: 50 },
    status: { currentReplicas: 1, desiredReplicas: 2, currentCPUUtilizationPercentage: 70 },
  })
  expect(shown.metadata.annotations).toEqual({
    own: 'kept',
    'autoscaling.alpha.kubernetes.io/metrics':
      '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}}]',
    'autoscaling.alpha.kubernetes.io/current-metrics':
      '[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":70,"currentAverageValue":"7m"}}]',
    'autoscaling.alpha.kubernetes.io/conditions':
      '[{"type":"AbleToScale","status":"True","reason":"R","message":"m"}]',
    'autoscaling.alpha.kubernetes.io/behavior':
      '{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":1,"PeriodSeconds":60}],"Tolerance":null}}',
  })
})

test('an autoscaler of v1 that says nothing asks for 80 % of processor time', () => {
  const object: ApiObject = { ...autoscaler({}), apiVersion: 'autoscaling/v1' }
  defaultAutoscalerV1(object)
  expect(object.spec).toEqual({
    scaleTargetRef: target,
    maxReplicas: 5,
    minReplicas: 1,
    targetCPUUtilizationPercentage: 80,
  })
})

const amount = fc.constantFrom('1', '100m', '1Gi')
const metric = fc.oneof(
  fc.integer({ min: 1, max: 200 }).map((percent) => resource('cpu', share(percent))),
  amount.map((averageValue) => resource('memory', { type: 'AverageValue', averageValue })),
  amount.map((averageValue) => ({
    type: 'Pods',
    pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue } },
  })),
  amount.map((value) => ({
    type: 'Object',
    object: {
      describedObject: target,
      metric: { name: 'hits', selector: { matchLabels: { a: 'b' } } },
      target: { type: 'Value', value },
    },
  })),
  amount.map((averageValue) => ({
    type: 'External',
    external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue } },
  })),
  fc.integer({ min: 1, max: 200 }).map((percent) => ({
    type: 'ContainerResource',
    containerResource: { name: 'cpu', container: 'c', target: share(percent) },
  })),
)

test('nothing is lost between the versions', () => {
  fc.assert(
    fc.property(fc.array(metric, { maxLength: 4 }), fc.boolean(), (metrics, withBehavior) => {
      // v1 tells one share of processor time, and that as the last.
      const cpu = metrics.filter(
        (one) => one.type === 'Resource' && 'resource' in one && one.resource.name === 'cpu',
      )
      const others = metrics.filter((one) => !cpu.includes(one))
      const object = autoscaler({
        metrics: [...others, ...cpu.slice(0, 1)],
        ...(withBehavior ? { behavior: {} } : {}),
      })
      defaultAutoscaler(object)
      expect(validateAutoscaler(object)).toEqual([])
      expect(autoscalerFromV1(autoscalerToV1(object))).toEqual(object)
    }),
  )
})

test.each<[string, JsonObject, string]>([
  ['no name', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment' } }, 'spec.scaleTargetRef.name'],
  ['no group', { scaleTargetRef: { kind: 'Deployment', name: 'web' } }, 'spec.scaleTargetRef.apiVersion'],
  ['more at least than at most', { minReplicas: 6 }, 'spec.maxReplicas'],
  ['none at least', { minReplicas: 0 }, 'spec.minReplicas'],
  ['an unknown kind of metric', { metrics: [{ type: 'Magic' }] }, 'spec.metrics[0].type'],
  ['a metric without its source', { metrics: [{ type: 'Resource' }] }, 'spec.metrics[0].resource'],
  [
    'a share and an amount',
    { metrics: [resource('cpu', { ...share(1), averageValue: '1' })] },
    'spec.metrics[0].resource.target.averageValue',
  ],
  [
    'a window of more than an hour',
    { behavior: { scaleUp: { stabilizationWindowSeconds: 3601 } } },
    'spec.behavior.scaleUp.stabilizationWindowSeconds',
  ],
  ['no policies', { behavior: { scaleDown: { policies: [] } } }, 'spec.behavior.scaleDown.policies'],
])('%s is refused', (_, spec, field) => {
  const object = autoscaler(spec)
  defaultAutoscaler(object)
  expect(validateAutoscaler(object).map((cause) => cause.field)).toContain(field)
})
