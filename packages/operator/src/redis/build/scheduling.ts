/** Where instances may run: away from each other by zone and node, and as the resource says. */
import type { ResolvedRedis } from '@orlop/api'
import type { StatefulSet } from '@orlop/kube'
import { selectorLabels } from './metadata.ts'

type PodSpec = NonNullable<NonNullable<StatefulSet['spec']>['template']['spec']>
type Scheduling = Pick<
  PodSpec,
  'affinity' | 'nodeSelector' | 'priorityClassName' | 'tolerations' | 'topologySpreadConstraints'
>

/** The taint and label that reserve nodes for caches: `spec.placement.dedicated: cache`. */
export const dedicatedKey = 'orlop.dev/dedicated'

const topologyKeys = {
  zone: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'],
  node: ['kubernetes.io/hostname'],
  none: [],
} as const

export function schedulingFor(redis: ResolvedRedis): Scheduling {
  const { spread, dedicated, nodeSelector, tolerations, affinity, priorityClassName } = redis.spec.placement
  const selector = { ...nodeSelector, ...(dedicated === '' ? {} : { [dedicatedKey]: dedicated }) }
  const tolerated = [
    ...tolerations,
    ...(dedicated === ''
      ? []
      : [{ key: dedicatedKey, operator: 'Equal', value: dedicated, effect: 'NoSchedule' }]),
  ]
  const spreading = topologyKeys[spread].map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    // A cluster with one node or zone still runs every instance; with more, they are apart.
    whenUnsatisfiable: 'ScheduleAnyway' as const,
    labelSelector: { matchLabels: selectorLabels(redis) },
  }))
  return {
    ...(Object.keys(selector).length > 0 ? { nodeSelector: selector } : {}),
    ...(tolerated.length > 0 ? { tolerations: tolerated } : {}),
    ...(Object.keys(affinity).length > 0 ? { affinity } : {}),
    ...(priorityClassName === '' ? {} : { priorityClassName }),
    ...(spreading.length > 0 ? { topologySpreadConstraints: spreading } : {}),
  }
}
