import { type JsonObject, objectAt } from '../object.ts'
import { parseQuantity } from '../quantity.ts'
import { invalid, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { qualifiedName } from './names.ts'

const standard: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** Requests and limits of a container: amounts that exist, are not negative, and requests within limits. */
export function validateResources(resources: JsonObject | undefined, path: string): Cause[] {
  const limits = objectAt(resources, 'limits') ?? {}
  const requests = objectAt(resources, 'requests') ?? {}
  const causes: Cause[] = []
  for (const [name, amount] of Object.entries(limits))
    causes.push(...validateAmount(name, amount, `${path}.limits[${name}]`))
  for (const [name, amount] of Object.entries(requests)) {
    causes.push(...validateAmount(name, amount, `${path}.requests[${name}]`))
    const limit = limits[name]
    const asked = parseQuantity(amount) ?? 0n
    if (limit === undefined) {
      const why = 'Limit must be set for non overcommitable resources'
      if (isExtended(name)) causes.push(required(`${path}.limits`, why))
    } else if (isExtended(name) && asked !== parseQuantity(limit)) {
      causes.push(invalid(`${path}.requests`, amount, `must be equal to ${name} limit of ${limit}`))
    } else if (asked > (parseQuantity(limit) ?? 0n)) {
      const why = `must be less than or equal to ${name} limit of ${limit}`
      causes.push(invalid(`${path}.requests`, amount, why))
    }
  }
  return causes
}

/** A resource of somebody else: `example.com/gpu`. */
function isExtended(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/')
}

function validateAmount(name: string, amount: unknown, at: string): Cause[] {
  const number = parseQuantity(amount) ?? 0n
  const plain = !name.includes('/') && !standard.has(name) && !name.startsWith('hugepages-')
  return [
    ...qualifiedName(name).map((why) => invalid(at, name, why)),
    ...(plain
      ? [
          'must be a standard resource type or fully qualified',
          'must be a standard resource for containers',
        ].map((why) => invalid(at, name, why))
      : []),
    ...(number < 0n ? [invalid(at, amount, 'must be greater than or equal to 0')] : []),
    ...(isExtended(name) && !/^-?\d+[kMGTPE]?i?$/.test(String(amount))
      ? [invalid(at, amount, 'must be an integer')]
      : []),
  ]
}
