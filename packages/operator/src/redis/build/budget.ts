/** At most one instance may be evicted at a time; a single instance may be, as nothing can be kept by refusing. */
import type { ResolvedRedis } from '@orlop/api'
import type { PodDisruptionBudget } from '@orlop/kube'
import { metadataFor, selectorLabels, stamped } from './metadata.ts'
import { budgetName } from './names.ts'

export function buildBudget(redis: ResolvedRedis): PodDisruptionBudget {
  return stamped({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataFor(redis, budgetName(redis)),
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selectorLabels(redis) },
      // A pod that is broken already protects nothing; without this a drain would wait for it for ever.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  })
}
