import { type JsonObject, numberAt, objectAt } from '../object.ts'
import { parseQuantity } from '../quantity.ts'
import { forbidden, invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'

/** The field in which a metric of a type is described. */
const fields: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
}

/** `validateMetricSpec` of pkg/apis/autoscaling/validation. */
export function validateMetric(metric: JsonObject, at: string): Cause[] {
  const type = typeof metric.type === 'string' ? metric.type : ''
  const expected = Object.hasOwn(fields, type) ? fields[type] : undefined
  const present = Object.values(fields).filter((field) => metric[field] !== undefined)
  const [first] = ['object', 'external', 'pods', 'resource', 'containerResource'].filter((field) =>
    present.includes(field),
  )
  const unknown = notSupported(`${at}.type`, type, Object.keys(fields))
  return [
    ...(type === '' ? [required(`${at}.type`, 'must specify a metric source type')] : []),
    ...(expected === undefined ? [unknown] : []),
    ...(first === undefined ? [] : validateSource(first, objectAt(metric, first) ?? {}, `${at}.${first}`)),
    ...(expected !== undefined && !present.includes(expected)
      ? [required(`${at}.${expected}`, 'must populate information for the given metric source')]
      : []),
    ...(expected === undefined ? [unknown] : []),
    ...(present.length > 1
      ? present
          .filter((field) => field !== expected)
          .map((field) => forbidden(`${at}.${field}`, 'must populate the given metric source only'))
      : []),
  ]
}

function validateSource(source: string, metric: JsonObject, at: string): Cause[] {
  const target = objectAt(metric, 'target') ?? {}
  const causes = [...validateName(source, metric, at), ...validateTarget(target, `${at}.target`)]
  const { value, averageValue, averageUtilization } = target
  const average = `${at}.target.averageValue`
  switch (source) {
    case 'pods':
      return averageValue === undefined
        ? [...causes, required(average, 'must specify a positive target averageValue')]
        : causes
    case 'object':
      return value === undefined && averageValue === undefined
        ? [...causes, required(average, 'must set either a target value or averageValue')]
        : causes
    case 'external':
      if (value === undefined && averageValue === undefined)
        causes.push(required(average, 'must set either a target value for metric or a per-pod target'))
      if (value !== undefined && averageValue !== undefined) {
        const why = 'may not set both a target value for metric and a per-pod target'
        causes.push(forbidden(`${at}.target.value`, why))
      }
      return causes
    default: {
      const share = `${at}.target.averageUtilization`
      if (averageUtilization === undefined && averageValue === undefined)
        causes.push(required(share, 'must set either a target raw value or a target utilization'))
      if (averageUtilization !== undefined && averageValue !== undefined)
        causes.push(forbidden(average, 'may not set both a target raw value and a target utilization'))
      return causes
    }
  }
}

function validateName(source: string, metric: JsonObject, at: string): Cause[] {
  if (source === 'resource' || source === 'containerResource') {
    return [
      ...(metric.name ? [] : [required(`${at}.name`, 'must specify a resource name')]),
      ...(source === 'resource' || metric.container
        ? []
        : [required(`${at}.container`, 'must specify a container')]),
    ]
  }
  const described = objectAt(metric, 'describedObject') ?? {}
  return [
    ...(source === 'object' && !described.kind ? [required(`${at}.describedObject.kind`)] : []),
    ...(source === 'object' && !described.name ? [required(`${at}.describedObject.name`)] : []),
    ...(objectAt(metric, 'metric')?.name
      ? []
      : [required(`${at}.metric.name`, 'must specify a metric name')]),
  ]
}

const types: readonly unknown[] = ['Utilization', 'Value', 'AverageValue']

function validateTarget(target: JsonObject, at: string): Cause[] {
  const share = numberAt(target, 'averageUtilization')
  return [
    ...(target.type ? [] : [required(`${at}.type`, 'must specify a metric target type')]),
    ...(types.includes(target.type)
      ? []
      : [invalid(`${at}.type`, target.type ?? '', 'must be either Utilization, Value, or AverageValue')]),
    ...['value', 'averageValue'].flatMap((field) =>
      target[field] !== undefined && (parseQuantity(target[field]) ?? 0n) <= 0n
        ? [invalid(`${at}.${field}`, target[field], 'must be positive')]
        : [],
    ),
    ...(share !== undefined && share < 1
      ? [invalid(`${at}.averageUtilization`, share, 'must be greater than 0')]
      : []),
  ]
}
