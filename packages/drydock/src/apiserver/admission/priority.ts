/** What the admission plugin Priority does: plugin/pkg/admission/priority/admission.go. Nobody is preempted by it here. */
import type { Api } from '../api.ts'
import { type ApiObject, ensureObject, numberAt, stringAt } from '../object.ts'
import { forbidden as forbiddenField, invalid } from '../schema/field-error.ts'
import { type ApiError, type Cause, forbidden } from '../status.ts'
import { oneOf } from '../validation/one-of.ts'

const stored = 'scheduling.k8s.io/priorityclasses'
const pods = { group: '', plural: 'pods', kind: 'Pod' }
const classes = { group: 'scheduling.k8s.io', plural: 'priorityclasses', kind: 'PriorityClass' }

/** What every cluster has; pkg/apis/scheduling/v1/helpers.go. */
export const systemPriorityClasses: readonly { name: string; value: number; description: string }[] = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
]

/** The highest that anybody may define. */
const highest = 1_000_000_000

/** A new pod's priority is that of its class, or of the default one. Throws Forbidden for a class that does not exist. */
export function resolvePriority(pod: ApiObject, api: Api): void {
  const spec = ensureObject(pod, 'spec')
  const asked = stringAt(spec, 'priorityClassName') ?? ''
  const found = asked === '' ? defaultClass(api) : api.storage.get(stored, '', asked)?.object
  const refuse = (why: string): ApiError => forbidden(pods, pod.metadata.name, why)
  if (asked !== '' && found === undefined) throw refuse(`no PriorityClass with name ${asked} was found`)
  const priority = numberAt(found, 'value') ?? 0
  const policy = stringAt(found, 'preemptionPolicy') ?? 'PreemptLowerPriority'
  if (spec.priority !== undefined && spec.priority !== priority) {
    throw refuse(
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
    )
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refuse(
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    )
  }
  if (found !== undefined) spec.priorityClassName = found.metadata.name
  spec.priority = priority
  spec.preemptionPolicy = policy
}

/** Whoever sends a pod back need not know them. */
export function keepPriority(pod: ApiObject, old: ApiObject): void {
  const spec = ensureObject(pod, 'spec')
  const before = ensureObject(old, 'spec')
  for (const field of ['priority', 'preemptionPolicy']) {
    if (spec[field] === undefined && before[field] !== undefined) spec[field] = before[field]
  }
}

/** Throws Forbidden where there is another default class already. */
export function checkOnlyDefault(object: ApiObject, api: Api): void {
  if (object.globalDefault !== true) return
  const other = defaultClass(api)
  if (other === undefined || other.metadata.name === object.metadata.name) return
  const why = `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`
  throw forbidden(classes, object.metadata.name, why)
}

/** Of several, the lowest. */
function defaultClass(api: Api): ApiObject | undefined {
  return api.storage
    .list(stored)
    .map(({ object }) => object)
    .filter((one) => one.globalDefault === true)
    .sort((a, b) => Number(a.value ?? 0) - Number(b.value ?? 0))[0]
}

export function validatePriorityClass(object: ApiObject): Cause[] {
  const { name } = object.metadata
  const value = numberAt(object, 'value') ?? 0
  const causes = oneOf(object.preemptionPolicy, ['PreemptLowerPriority', 'Never'], 'preemptionPolicy')
  if (name.startsWith('system-')) {
    const wrong = wrongSystemClass(name, value, object.globalDefault === true)
    const why = `priority class names with 'system-' prefix are reserved for system use only. error: ${wrong}`
    return wrong === undefined ? causes : [...causes, forbiddenField('metadata.name', why)]
  }
  return value > highest
    ? [...causes, forbiddenField('value', `maximum allowed value of a user defined priority is ${highest}`)]
    : causes
}

function wrongSystemClass(name: string, value: number, isDefault: boolean): string | undefined {
  const known = systemPriorityClasses.find((one) => one.name === name)
  if (known === undefined) return `${name} is not a known system priority class`
  if (known.value !== value) return `value of ${name} PriorityClass must be ${known.value}`
  return isDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}

export function validatePriorityClassUpdate(object: ApiObject, old: ApiObject): Cause[] {
  return [
    ...(numberAt(object, 'value') === numberAt(old, 'value')
      ? []
      : [forbiddenField('value', 'may not be changed in an update.')]),
    ...(object.preemptionPolicy === old.preemptionPolicy
      ? []
      : [invalid('preemptionPolicy', object.preemptionPolicy, 'field is immutable')]),
  ]
}
