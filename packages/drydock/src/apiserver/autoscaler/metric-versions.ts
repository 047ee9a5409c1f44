import { type JsonObject, objectAt, objectsAt } from '../object.ts'

/** The metrics of an autoscaler as autoscaling/v1 writes them into annotations, and back; pkg/apis/autoscaling/v1/conversion.go. */

const sources: readonly string[] = ['object', 'pods', 'resource', 'containerResource', 'external']

/** A metric (`target`) or what was seen of it (`current`). */
export function metricToV1(metric: JsonObject, part: 'target' | 'current'): JsonObject {
  const result: JsonObject = { type: metric.type ?? '' }
  for (const source of sources) {
    const from = objectAt(metric, source)
    if (from !== undefined) result[source] = sourceToV1(source, from, part)
  }
  return result
}

function sourceToV1(source: string, from: JsonObject, part: 'target' | 'current'): JsonObject {
  const amount = objectAt(from, part) ?? {}
  const { name, selector } = objectAt(from, 'metric') ?? {}
  const { value, averageValue, averageUtilization } = amount
  const told = part === 'target' ? 'target' : 'current'
  switch (source) {
    case 'object':
      return defined({
        target: from.describedObject,
        metricName: name,
        [`${told}Value`]: value ?? '0',
        selector,
        averageValue,
      })
    case 'pods':
      return defined({ metricName: name, [`${told}AverageValue`]: averageValue ?? '0', selector })
    case 'external':
      return defined({
        metricName: name,
        metricSelector: selector,
        [`${told}Value`]: value ?? (part === 'current' ? '0' : undefined),
        [`${told}AverageValue`]: averageValue,
      })
    default:
      return defined({
        name: from.name,
        [`${told}AverageUtilization`]: averageUtilization,
        [`${told}AverageValue`]: averageValue ?? (part === 'current' ? '0' : undefined),
        container: from.container,
      })
  }
}

export function metricFromV1(metric: JsonObject, part: 'target' | 'current'): JsonObject {
  const result: JsonObject = { type: metric.type ?? '' }
  for (const source of sources) {
    const from = objectAt(metric, source)
    if (from !== undefined) result[source] = sourceFromV1(source, from, part)
  }
  return result
}

function sourceFromV1(source: string, from: JsonObject, part: 'target' | 'current'): JsonObject {
  const averageUtilization = from[`${part}AverageUtilization`]
  const value = from[`${part}Value`]
  const averageValue = from.averageValue ?? from[`${part}AverageValue`]
  const amount = { value, averageValue, averageUtilization }
  const typed = part === 'current' ? amount : { type: targetType(source, amount), ...amount }
  const metric = defined({ name: from.metricName, selector: from.selector ?? from.metricSelector })
  if (source === 'resource' || source === 'containerResource') {
    return defined({ name: from.name, container: from.container, [part]: defined(typed) })
  }
  return defined({ describedObject: from.target, metric, [part]: defined(typed) })
}

function targetType(source: string, { averageValue, averageUtilization, value }: JsonObject): string {
  if (averageUtilization !== undefined) return 'Utilization'
  if (source === 'external') return value === undefined ? 'AverageValue' : 'Value'
  return averageValue === undefined ? 'Value' : 'AverageValue'
}

/** Processor time by share of what was requested: the one metric that autoscaling/v1 has a field for. */
export function isCpuShare(metric: JsonObject): boolean {
  return (
    metric.type === 'Resource' &&
    objectAt(metric, 'resource')?.name === 'cpu' &&
    objectAt(metric, 'resource', 'target')?.averageUtilization !== undefined
  )
}

/** A behavior in the names of Go's fields, as the annotation has it. */
export function behaviorToV1(behavior: JsonObject): JsonObject {
  const rules = (from: JsonObject | undefined): JsonObject | null =>
    from === undefined
      ? null
      : {
          StabilizationWindowSeconds: from.stabilizationWindowSeconds ?? null,
          SelectPolicy: from.selectPolicy ?? null,
          Policies: objectsAt(from, 'policies').map(({ type, value, periodSeconds }) => ({
            Type: type,
            Value: value,
            PeriodSeconds: periodSeconds,
          })),
          Tolerance: from.tolerance ?? null,
        }
  return {
    ScaleUp: rules(objectAt(behavior, 'scaleUp')),
    ScaleDown: rules(objectAt(behavior, 'scaleDown')),
  }
}

export function behaviorFromV1(behavior: JsonObject): JsonObject {
  const rules = (from: JsonObject | undefined): JsonObject | undefined =>
    from === undefined
      ? undefined
      : defined({
          stabilizationWindowSeconds: from.StabilizationWindowSeconds ?? undefined,
          selectPolicy: from.SelectPolicy ?? undefined,
          policies: objectsAt(from, 'Policies').map(({ Type, Value, PeriodSeconds }) => ({
            type: Type,
            value: Value,
            periodSeconds: PeriodSeconds,
          })),
          tolerance: from.Tolerance ?? undefined,
        })
  return defined({
    scaleUp: rules(objectAt(behavior, 'ScaleUp')),
    scaleDown: rules(objectAt(behavior, 'ScaleDown')),
  })
}

export function defined(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}
