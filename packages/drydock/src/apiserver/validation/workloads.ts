import { type ApiObject, isObject, type JsonObject, numberAt, objectAt, sameJson } from '../object.ts'
import { forbidden, invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { atMostAll, intOrPercent, isNothing } from './int-or-percent.ts'
import { validateEndless, validateMatch, validateOwnSelector, validatePodTemplate } from './pod-template.ts'
import { isReadable, validateSelector } from './selector.ts'

/** pkg/apis/apps/validation, in its order. */

export function notNegative(spec: JsonObject, ...fields: string[]): Cause[] {
  return fields.flatMap((field) => {
    const value = numberAt(spec, field) ?? 0
    return value < 0 ? [invalid(`spec.${field}`, value, 'must be greater than or equal to 0')] : []
  })
}

export function validateDeployment(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const deadline = numberAt(spec, 'progressDeadlineSeconds')
  const field = 'spec.progressDeadlineSeconds'
  return [
    ...notNegative(spec, 'replicas'),
    ...validateOwnSelector(spec, 'deployment'),
    ...validateReplicated(spec),
    ...validateRollout(spec),
    ...notNegative(spec, 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'),
    ...(deadline !== undefined && deadline <= (numberAt(spec, 'minReadySeconds') ?? 0)
      ? [invalid(field, deadline, 'must be greater than minReadySeconds')]
      : []),
  ]
}

export function validateReplicaSet(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  return [
    ...notNegative(spec, 'replicas', 'minReadySeconds'),
    ...validateOwnSelector(spec, 'deployment'),
    ...validateReplicated(spec),
  ]
}

/** The pods of a ReplicaSet, also of one that a Deployment makes. A selector that nobody can read ends the checks. */
function validateReplicated(spec: JsonObject): Cause[] {
  const selector = objectAt(spec, 'selector')
  if (selector !== undefined && !isReadable(selector))
    return [invalid('spec.selector', selector, 'invalid label selector')]
  return [
    ...validateMatch(spec),
    ...validatePodTemplate(spec, 'spec.template'),
    ...validateEndless(spec, 'ReplicaSet'),
  ]
}

/** A strategy as the program of a real server holds it, which is how it is printed. */
function held({ type = '', rollingUpdate = null }: JsonObject): JsonObject {
  return { Type: type, RollingUpdate: rollingUpdate }
}

function validateRollout(spec: JsonObject): Cause[] {
  const strategy = objectAt(spec, 'strategy') ?? {}
  const rolling = objectAt(strategy, 'rollingUpdate') ?? {}
  const at = 'spec.strategy.rollingUpdate'
  const { maxUnavailable, maxSurge } = rolling
  if (strategy.type === 'Recreate') {
    const why = "may not be specified when strategy `type` is 'Recreate'"
    return strategy.rollingUpdate === undefined ? [] : [forbidden(at, why)]
  }
  if (strategy.type !== 'RollingUpdate')
    return [notSupported('spec.strategy', held(strategy), ['Recreate', 'RollingUpdate'])]
  const stuck = isNothing(maxUnavailable) && isNothing(maxSurge)
  return [
    ...intOrPercent(maxUnavailable, `${at}.maxUnavailable`),
    ...intOrPercent(maxSurge, `${at}.maxSurge`),
    ...(stuck ? [invalid(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')] : []),
    ...atMostAll(maxUnavailable, `${at}.maxUnavailable`),
  ]
}

export function validateDaemonSet(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const selector = objectAt(spec, 'selector')
  const empty = selector !== undefined && Object.keys(selector).length === 0
  return [
    ...validateSelector(selector ?? {}, 'spec.selector'),
    ...validateMatch(spec),
    ...(empty ? [invalid('spec.selector', selector, 'empty selector is invalid for daemonset')] : []),
    ...validatePodTemplate(spec, 'spec.template'),
    ...validateEndless(spec, 'DaemonSet'),
    ...notNegative(spec, 'minReadySeconds'),
    ...validateDaemonUpdates(spec),
    ...notNegative(spec, 'revisionHistoryLimit'),
  ]
}

function validateDaemonUpdates(spec: JsonObject): Cause[] {
  const strategy = objectAt(spec, 'updateStrategy') ?? {}
  const { maxUnavailable, maxSurge } = objectAt(strategy, 'rollingUpdate') ?? {}
  const at = 'spec.updateStrategy.rollingUpdate'
  if (strategy.type === 'OnDelete') return []
  if (strategy.type !== 'RollingUpdate')
    return [notSupported('spec.updateStrategy', held(strategy), ['RollingUpdate', 'OnDelete'])]
  const [down, more] = [!isNothing(maxUnavailable), !isNothing(maxSurge)]
  return [
    ...intOrPercent(maxUnavailable, `${at}.maxUnavailable`),
    ...intOrPercent(maxSurge, `${at}.maxSurge`),
    ...atMostAll(maxUnavailable, `${at}.maxUnavailable`),
    ...atMostAll(maxSurge, `${at}.maxSurge`),
    ...(down && more
      ? [invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero')]
      : []),
    ...(!down && !more ? [required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')] : []),
  ]
}

export function keepSelector(object: ApiObject, old: ApiObject): Cause[] {
  const selector = objectAt(object, 'spec', 'selector')
  if (sameJson(selector, objectAt(old, 'spec', 'selector'))) return []
  return [invalid('spec.selector', selector, 'field is immutable')]
}

const mayChange = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

export function validateStatefulSetUpdate(object: ApiObject, old: ApiObject): Cause[] {
  if (sameJson(without(object.spec, mayChange), without(old.spec, mayChange))) return []
  const names = mayChange.map((name) => `'${name}'`)
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return [forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)]
}

function without(value: unknown, keys: readonly string[]): JsonObject {
  if (!isObject(value)) return {}
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))
}
