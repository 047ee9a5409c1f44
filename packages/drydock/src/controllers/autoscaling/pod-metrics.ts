/** The figures of metrics.k8s.io, as far as an autoscaler reads them. */
import type { Client, KubeObject, Resource } from '@orlop/kube'
import { goDuration } from '../../go-duration.ts'
import { CountError, type PodFigures, thousandths } from './replica-count.ts'
import { words } from './scale-target.ts'

/** metrics.k8s.io/v1beta1 */
export interface PodMetrics extends KubeObject {
  readonly timestamp?: string
  readonly window?: string
  readonly containers?: readonly {
    readonly name: string
    readonly usage?: Readonly<Record<string, string>>
  }[]
}

const podMetrics: Resource<PodMetrics> = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  plural: 'pods',
  kind: 'PodMetrics',
  namespaced: true,
}

export async function readPodMetrics(
  client: Client,
  namespace: string,
  labelSelector: string,
  signal: AbortSignal,
): Promise<readonly PodMetrics[]> {
  try {
    return (await client.list(podMetrics, { namespace, labelSelector, signal })).items
  } catch (error) {
    throw new CountError(`unable to fetch metrics from resource metrics API: ${words(error)}`, {
      cause: error,
    })
  }
}

/**
 * What each pod uses of a resource, all its containers together or one of them; pods that do not tell are left out.
 * @param container '' for all
 * @throws CountError where nobody tells anything
 */
export function figuresOf(metrics: readonly PodMetrics[], resource: string, container: string): PodFigures {
  if (metrics.length === 0) throw new CountError('no metrics returned from resource metrics API')
  const figures = new Map<string, { value: number; at: number; window: number }>()
  for (const { metadata, containers = [], timestamp = '', window = '' } of metrics) {
    const counted = containers.filter(({ name }) => container === '' || name === container)
    const amounts = counted.map(({ usage }) => usage?.[resource])
    if (amounts.length === 0 || amounts.includes(undefined)) continue
    const value = amounts.reduce((sum, amount) => sum + thousandths(amount ?? 0), 0)
    figures.set(metadata.name, { value, at: Date.parse(timestamp), window: goDuration(window) ?? 0 })
  }
  return figures
}
