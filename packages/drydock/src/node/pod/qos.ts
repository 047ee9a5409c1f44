import { quantity } from '../../quantity.ts'
import type { PodSpec } from './types.ts'

/** The quality of service class of a pod, from what its containers ask for. */
export function qosClass(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...(spec.initContainers ?? []), ...spec.containers]
  const asked = containers.map(({ resources }) =>
    ['cpu', 'memory'].map((name) => ({
      limit: positive(resources?.limits?.[name]),
      // A request that is left out is the limit.
      request: positive(resources?.requests?.[name]) ?? positive(resources?.limits?.[name]),
    })),
  )
  const values = asked.flat()
  if (values.every((v) => v.limit === undefined && v.request === undefined)) return 'BestEffort'
  return values.every((v) => v.limit !== undefined && v.limit === v.request) ? 'Guaranteed' : 'Burstable'
}

function positive(text: string | number | undefined): number | undefined {
  return quantity(text) || undefined
}
