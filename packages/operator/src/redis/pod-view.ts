/** What matters of a pod, and why it does not run where it does not. */
import type { Pod } from '@orlop/kube'
import { dataContainer } from './build/names.ts'
import { podHashAnnotation, podPartsAnnotation } from './build/stateful-set.ts'
import type { PodView } from './observation.ts'

export function podView(pod: Pod, zone: string | undefined): PodView {
  const status = pod.status
  const container = status?.containerStatuses?.find((c) => c.name === dataContainer)
  return {
    uid: pod.metadata.uid ?? '',
    resourceVersion: pod.metadata.resourceVersion ?? '',
    ip: status?.podIP,
    node: pod.spec?.nodeName,
    zone,
    phase: status?.phase ?? 'Unknown',
    ready: status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false,
    deleting: pod.metadata.deletionTimestamp !== undefined,
    running: container?.state?.running !== undefined,
    restarts: container?.restartCount ?? 0,
    labels: pod.metadata.labels ?? {},
    hash: pod.metadata.annotations?.[podHashAnnotation],
    parts: pod.metadata.annotations?.[podPartsAnnotation],
    trouble: troubleOf(pod),
  }
}

/** Waiting reasons that pass by themselves. */
const ordinary = new Set(['ContainerCreating', 'PodInitializing'])

function troubleOf(pod: Pod): string | undefined {
  const unscheduled = pod.status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False')
  if (unscheduled) return text(unscheduled.reason ?? 'Unschedulable', unscheduled.message)
  for (const container of pod.status?.containerStatuses ?? []) {
    const waiting = container.state?.waiting
    if (waiting?.reason !== undefined && !ordinary.has(waiting.reason))
      return text(waiting.reason, waiting.message)
  }
  return undefined
}

function text(reason: string, message: string | undefined): string {
  return message === undefined || message === '' ? reason : `${reason}: ${message}`
}
