/** A HorizontalPodAutoscaler on the scale subresource. */
import { resources } from '@orlop/kube'
import { describe, expect } from 'vitest'
import { eventually } from '../kit/eventually.ts'
import { test } from '../kit/test.ts'

describe('a HorizontalPodAutoscaler', () => {
  test('adds replicas to a busy cache, by the processor time that its pods use', async ({ ns }) => {
    const cache = await ns.cache('cache', { version: '7.0', memory: '64Mi', failover: { mode: 'none' } })
    await cache.ready()
    const writer = await ns.writer(cache)
    await ns.burn(cache)
    await ns.apply(resources.horizontalPodAutoscalers, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'cache' },
      spec: {
        scaleTargetRef: { apiVersion: 'orlop.dev/v1alpha1', kind: 'Redis', name: 'cache' },
        minReplicas: 1,
        maxReplicas: 2,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
          },
        ],
      },
    })
    await eventually(
      'the resource asks for two',
      async () => (await ns.kubectl('get', 'redis', 'cache', '-o', 'jsonpath={.spec.instances}')) === '2',
      {
        within: 180_000,
        seen: () => ns.get(resources.horizontalPodAutoscalers, 'cache'),
      },
    )
    await cache.ready()
    expect(await cache.replicas()).toHaveLength(1)
    await writer.writes()
    await cache.lostNothing(writer)
  })
})
