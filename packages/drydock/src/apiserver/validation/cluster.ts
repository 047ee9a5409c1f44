import { type ApiObject, type JsonObject, objectAt, objectsAt, stringAt, stringsAt } from '../object.ts'
import { parseQuantity } from '../quantity.ts'
import { forbidden, invalid } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { validateFinalizerNames } from './metadata.ts'
import { labelValue, qualifiedName } from './names.ts'
import { validateEffect } from './placement.ts'

/** Nodes, namespaces, quotas and limits; pkg/apis/core/validation. */

export function validateNode(object: ApiObject): Cause[] {
  const seen = new Set<string>()
  return objectsAt(object, 'spec', 'taints').flatMap((taint, index) => {
    // A real server says that taints are metadata.
    const at = `metadata.taints[${index}]`
    const key = stringAt(taint, 'key') ?? ''
    const value = stringAt(taint, 'value') ?? ''
    const id = `${key}:${taint.effect}`
    const again = seen.has(id)
    seen.add(id)
    const wrong = labelValue(value)
    return [
      ...qualifiedName(key).map((why) => invalid(`${at}.key`, key, why)),
      ...(wrong.length === 0 ? [] : [invalid(`${at}.value`, value, wrong.join(';'))]),
      ...validateEffect(taint.effect, `${at}.effect`),
      ...(again ? [repeatedTaint(taint, at)] : []),
    ]
  })
}

function repeatedTaint({ key, value = '', effect, timeAdded = null }: JsonObject, field: string): Cause {
  const held = JSON.stringify({ Key: key, Value: value, Effect: effect, TimeAdded: timeAdded })
  const message = `Duplicate value: ${held}: taints must be unique by key and effect pair`
  return { reason: 'FieldValueDuplicate', message, field }
}

export function validateNodeUpdate(object: ApiObject, old: ApiObject): Cause[] {
  const [range, oldRange] = [stringsAt(object, 'spec', 'podCIDRs'), stringsAt(old, 'spec', 'podCIDRs')]
  const [provider, oldProvider] = [
    stringAt(object, 'spec', 'providerID'),
    stringAt(old, 'spec', 'providerID'),
  ]
  const only = (what: string): string => `node updates may not change ${what} except from "" to valid`
  return [
    ...(oldRange.length > 0 && range.join() !== oldRange.join()
      ? [forbidden('spec.podCIDRs', only('podCIDR'))]
      : []),
    ...(oldProvider && provider !== oldProvider ? [forbidden('spec.providerID', only('providerID'))] : []),
  ]
}

/** Of its spec, which only `/finalize` writes. */
export function validateNamespace(object: ApiObject): Cause[] {
  return stringsAt(object, 'spec', 'finalizers').flatMap((name, index) => [
    ...qualifiedName(name).map((why) => invalid(`spec.finalizers[${index}]`, name, why)),
    ...validateFinalizerNames([name], 'spec.finalizers').map((cause) => ({
      ...cause,
      field: `spec.finalizers[${index}]`,
    })),
  ])
}

export function validateNamespaceStatus(object: ApiObject): Cause[] {
  const phase = stringAt(object, 'status', 'phase')
  const going = object.metadata.deletionTimestamp !== undefined
  const [expected, when] = going ? ['Terminating', 'not empty'] : ['Active', 'empty']
  const why = `may only be '${expected}' if \`deletionTimestamp\` is ${when}`
  return phase === expected ? [] : [invalid('status.Phase', phase ?? '', why)]
}

const quotaResources =
  /^(?:(?:limits|requests)\.(?:cpu|memory|ephemeral-storage)|requests\.storage|cpu|memory|ephemeral-storage|pods|services(?:\.loadbalancers|\.nodeports)?|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|hugepages-.*)$/
const scopes = new Set([
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
])

export function validateQuota(object: ApiObject): Cause[] {
  const asked = stringsAt(object, 'spec', 'scopes')
  return [
    ...Object.entries(objectAt(object, 'spec', 'hard') ?? {}).flatMap(([name, amount]) => {
      const field = `spec.hard[${name}]`
      const standard = name.includes('/') || quotaResources.test(name)
      const negative = (parseQuantity(amount) ?? 0n) < 0n
      return [
        ...qualifiedName(name).map((why) => invalid(field, name, why)),
        ...(standard ? [] : [invalid(field, name, 'must be a standard resource for quota')]),
        ...(negative ? [invalid(field, amount, 'must be greater than or equal to 0')] : []),
      ]
    }),
    ...asked
      .filter((scope) => !scopes.has(scope))
      .map(() => invalid('spec.scopes', asked, 'unsupported scope')),
  ]
}

export function validateLimits(object: ApiObject): Cause[] {
  return objectsAt(object, 'spec', 'limits').flatMap((limit, index) => {
    const at = `spec.limits[${index}]`
    const type = stringAt(limit, 'type') ?? ''
    const [least, most] = [objectAt(limit, 'min') ?? {}, objectAt(limit, 'max') ?? {}]
    return [
      ...qualifiedName(type).map((why) => invalid(`${at}.type`, type, why)),
      ...Object.entries(least).flatMap(([name, amount]) => {
        const bound = most[name]
        if (bound === undefined || (parseQuantity(amount) ?? 0n) <= (parseQuantity(bound) ?? 0n)) return []
        const why = `min value ${amount} is greater than max value ${bound}`
        return [invalid(`${at}.min[${name}]`, amount, why)]
      }),
    ]
  })
}
