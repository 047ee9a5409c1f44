import { type ApiObject, type JsonObject, numberAt, objectAt, objectsAt, stringAt } from '../object.ts'
import { forbidden, invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { autoscalerFromV1 } from './autoscaler-versions.ts'
import { validateMetric } from './metric-validation.ts'

/** pkg/apis/autoscaling/validation */
export function validateAutoscaler(object: ApiObject, old?: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const least = numberAt(spec, 'minReplicas') ?? 1
  const most = numberAt(spec, 'maxReplicas') ?? 0
  const bound = numberAt(old, 'spec', 'minReplicas') === 0 ? 0 : 1
  const metrics = objectsAt(spec, 'metrics')
  const wakes = metrics.some(({ type }) => type === 'Object' || type === 'External')
  return [
    ...(least < bound
      ? [invalid('spec.minReplicas', least, `must be greater than or equal to ${bound}`)]
      : []),
    ...(most < 1 ? [invalid('spec.maxReplicas', most, 'must be greater than 0')] : []),
    ...(most < least
      ? [invalid('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`')]
      : []),
    ...validateTarget(objectAt(spec, 'scaleTargetRef') ?? {}, objectAt(old, 'spec', 'scaleTargetRef')),
    ...metrics.flatMap((metric, index) => validateMetric(metric, `spec.metrics[${index}]`)),
    ...(least === 0 && !wakes
      ? [
          forbidden(
            'spec.metrics',
            'must specify at least one Object or External metric to support scaling to zero replicas',
          ),
        ]
      : []),
    ...['scaleUp', 'scaleDown'].flatMap((rules) =>
      validateRules(objectAt(spec, 'behavior', rules), `spec.behavior.${rules}`),
    ),
  ]
}

export function validateAutoscalerV1(object: ApiObject, old?: ApiObject): Cause[] {
  return validateAutoscaler(autoscalerFromV1(object), old === undefined ? undefined : autoscalerFromV1(old))
}

function validateTarget(target: JsonObject, old: JsonObject | undefined): Cause[] {
  const at = 'spec.scaleTargetRef'
  const apiVersion = stringAt(target, 'apiVersion') ?? ''
  const same = old !== undefined && old.apiVersion === target.apiVersion && old.kind === target.kind
  const parts = apiVersion.split('/').length
  const grouped = parts === 2 || target.kind === 'ReplicationController'
  const wrong =
    parts > 2
      ? `unexpected GroupVersion string: ${apiVersion}`
      : grouped
        ? undefined
        : 'apiVersion must specify API group'
  return [
    ...(target.kind ? [] : [required(`${at}.kind`)]),
    ...(target.name ? [] : [required(`${at}.name`)]),
    ...(wrong === undefined || same ? [] : [invalid(`${at}.apiVersion`, apiVersion, wrong)]),
  ]
}

const selectPolicies = ['Disabled', 'Max', 'Min']

function validateRules(rules: JsonObject | undefined, at: string): Cause[] {
  if (rules === undefined) return []
  const window = numberAt(rules, 'stabilizationWindowSeconds') ?? 0
  const select = stringAt(rules, 'selectPolicy') ?? 'Max'
  const policies = objectsAt(rules, 'policies')
  const field = `${at}.stabilizationWindowSeconds`
  return [
    ...(window < 0 ? [invalid(field, window, 'must be greater than or equal to zero')] : []),
    ...(window > 3600 ? [invalid(field, window, 'must be less than or equal to 3600')] : []),
    ...(selectPolicies.includes(select) ? [] : [notSupported(`${at}.selectPolicy`, select, selectPolicies)]),
    ...(policies.length === 0 ? [required(`${at}.policies`, 'must specify at least one Policy')] : []),
    ...policies.flatMap((policy, index) => validatePolicy(policy, `${at}.policies[${index}]`)),
  ]
}

function validatePolicy(policy: JsonObject, at: string): Cause[] {
  const value = numberAt(policy, 'value') ?? 0
  const period = numberAt(policy, 'periodSeconds') ?? 0
  return [
    ...(policy.type === 'Pods' || policy.type === 'Percent'
      ? []
      : [notSupported(`${at}.type`, policy.type ?? '', ['Percent', 'Pods'])]),
    ...(value <= 0 ? [invalid(`${at}.value`, value, 'must be greater than zero')] : []),
    ...(period <= 0 ? [invalid(`${at}.periodSeconds`, period, 'must be greater than zero')] : []),
    ...(period > 1800 ? [invalid(`${at}.periodSeconds`, period, 'must be less than or equal to 1800')] : []),
  ]
}
