/** Why a workload is not ready, as its pods tell it. */
import { type Client, type KubeObject, type Pod, resources } from '@orlop/kube'

/** The first of its pods that has something to complain of, and what; undefined when none has. */
export async function podTrouble(
  client: Client,
  workload: KubeObject,
  signal: AbortSignal,
): Promise<string | undefined> {
  const labelSelector = selectorOf(workload)
  if (labelSelector === undefined) return undefined
  const { items } = await client.list(resources.pods, {
    namespace: workload.metadata.namespace ?? 'default',
    labelSelector,
    signal,
  })
  for (const pod of items) {
    const trouble = troubleOf(pod)
    if (trouble !== undefined) return `${pod.metadata.name}: ${trouble}`
  }
  return undefined
}

/** What kubectl shows as the status of the pod, where that is not of the good kind. */
export function troubleOf(pod: Pod): string | undefined {
  const { initContainerStatuses = [], containerStatuses = [], conditions = [] } = pod.status ?? {}
  for (const { state } of [...initContainerStatuses, ...containerStatuses]) {
    const reason = state?.waiting?.reason
    if (reason !== undefined && reason !== 'ContainerCreating' && reason !== 'PodInitializing') return reason
    const ended = state?.terminated
    if (ended !== undefined && ended.exitCode !== 0) return `${ended.reason}, exit code ${ended.exitCode}`
  }
  const scheduled = conditions.find((c) => c.type === 'PodScheduled')
  return scheduled?.status === 'False' ? (scheduled.message ?? scheduled.reason) : undefined
}

function selectorOf(workload: KubeObject): string | undefined {
  if (!('spec' in workload)) return undefined
  const { spec } = workload
  if (typeof spec !== 'object' || spec === null || !('selector' in spec)) return undefined
  const { selector } = spec
  if (typeof selector !== 'object' || selector === null || !('matchLabels' in selector)) return undefined
  return Object.entries(selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}
