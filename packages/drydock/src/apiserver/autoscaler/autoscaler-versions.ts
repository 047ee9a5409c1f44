import { type ApiObject, isObject, type JsonObject, objectAt, objectsAt } from '../object.ts'
import {
  behaviorFromV1,
  behaviorToV1,
  defined,
  isCpuShare,
  metricFromV1,
  metricToV1,
} from './metric-versions.ts'

/**
 * HorizontalPodAutoscalers of autoscaling/v1, which knows the share of processor time alone: everything else travels in annotations,
 * so that nothing is lost on the way there and back. They are stored as autoscaling/v2.
 */
const annotation = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
} as const

/** Where nothing says otherwise, percent. */
export const defaultCpuShare = 80

export function autoscalerToV1(object: ApiObject): ApiObject {
  const { metrics: _m, behavior, ...spec } = objectAt(object, 'spec') ?? {}
  const { currentMetrics: _c, conditions: _d, ...status } = objectAt(object, 'status') ?? {}
  const metrics = objectsAt(object, 'spec', 'metrics')
  const seen = objectsAt(object, 'status', 'currentMetrics')
  const conditions = objectsAt(object, 'status', 'conditions')
  const others = metrics.filter((metric) => !isCpuShare(metric))
  const share = objectAt(metrics.find(isCpuShare), 'resource', 'target')?.averageUtilization
  const cpu = seen.findLast((one) => one.type === 'Resource' && objectAt(one, 'resource')?.name === 'cpu')
  const shown: JsonObject = {
    ...(others.length === 0
      ? {}
      : { [annotation.metrics]: text(others.map((one) => metricToV1(one, 'target'))) }),
    ...(seen.length === 0
      ? {}
      : { [annotation.currentMetrics]: text(seen.map((one) => metricToV1(one, 'current'))) }),
    ...(isObject(behavior) ? { [annotation.behavior]: text(behaviorToV1(behavior)) } : {}),
    ...(conditions.length === 0 ? {} : { [annotation.conditions]: text(conditions.map(inOrder)) }),
  }
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(object, shown),
    spec: defined({ ...spec, targetCPUUtilizationPercentage: share }),
    ...(object.status === undefined
      ? {}
      : {
          status: defined({
            currentReplicas: 0,
            ...status,
            currentCPUUtilizationPercentage: objectAt(cpu, 'resource', 'current')?.averageUtilization,
          }),
        }),
  }
}

export function autoscalerFromV1(object: ApiObject): ApiObject {
  const { targetCPUUtilizationPercentage: share, ...spec } = objectAt(object, 'spec') ?? {}
  const { currentCPUUtilizationPercentage: seenShare, ...status } = objectAt(object, 'status') ?? {}
  const others = listIn(object, annotation.metrics)?.map((one) => metricFromV1(one, 'target')) ?? []
  const metrics = [...others, ...(share === undefined ? [] : [cpuShare(share)])]
  const behavior = parsed(object, annotation.behavior)
  const seen =
    listIn(object, annotation.currentMetrics)?.map((one) => metricFromV1(one, 'current')) ??
    (seenShare === undefined
      ? undefined
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: seenShare } } }])
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(object, {}),
    spec: defined({
      ...spec,
      metrics: metrics.length > 0 ? metrics : [cpuShare(defaultCpuShare)],
      behavior: isObject(behavior) ? behaviorFromV1(behavior) : undefined,
    }),
    ...(object.status === undefined
      ? {}
      : {
          status: shownStatus({
            ...status,
            currentMetrics: seen,
            conditions: listIn(object, annotation.conditions),
          }),
        }),
  }
}

/** With what is shown although there is none, and without what is not. */
export function shownStatus({ currentReplicas, ...status }: JsonObject): JsonObject {
  return defined({
    ...status,
    ...(currentReplicas === 0 ? {} : { currentReplicas }),
    desiredReplicas: status.desiredReplicas ?? 0,
    currentMetrics: status.currentMetrics ?? null,
  })
}

export function cpuShare(percent: unknown): JsonObject {
  return {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percent } },
  }
}

/** The object's own annotations, with these of ours and no others of ours. */
function withAnnotations({ metadata }: ApiObject, shown: JsonObject): ApiObject['metadata'] {
  const ours: readonly string[] = Object.values(annotation)
  const { annotations, ...rest } = metadata
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !ours.includes(name))
  const all = Object.fromEntries([...kept, ...Object.entries(shown).map(([k, v]) => [k, String(v)] as const)])
  return Object.keys(all).length === 0 ? rest : { ...rest, annotations: all }
}

function parsed({ metadata }: ApiObject, name: string): unknown {
  try {
    return JSON.parse(metadata.annotations?.[name] ?? 'null')
  } catch {
    return undefined
  }
}

function listIn(object: ApiObject, name: string): JsonObject[] | undefined {
  const list = parsed(object, name)
  return Array.isArray(list) ? list.filter(isObject) : undefined
}

const text = (value: unknown): string => JSON.stringify(value)

function inOrder({ type, status, lastTransitionTime, reason, message }: JsonObject): JsonObject {
  return defined({ type, status, lastTransitionTime, reason, message })
}
