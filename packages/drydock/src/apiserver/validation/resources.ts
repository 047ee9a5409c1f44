import { type JsonObject, objectAt } from '../object.ts'
import { parseQuantity } from '../quantity.ts'
import { invalid } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'

/** Requests and limits of a container: amounts that exist, are not negative, and requests within limits. */
export function validateResources(resources: JsonObject | undefined, path: string): Cause[] {
  const limits = objectAt(resources, 'limits') ?? {}
  const requests = objectAt(resources, 'requests') ?? {}
  const causes: Cause[] = []
  for (const [kind, amounts] of Object.entries({ limits, requests })) {
    for (const [name, amount] of Object.entries(amounts)) {
      if ((parseQuantity(amount) ?? 0n) < 0n) {
        causes.push(invalid(`${path}.${kind}[${name}]`, amount, 'must be greater than or equal to 0'))
      }
    }
  }
  for (const [name, amount] of Object.entries(requests)) {
    const limit = limits[name]
    if (limit === undefined || (parseQuantity(amount) ?? 0n) <= (parseQuantity(limit) ?? 0n)) continue
    causes.push(
      invalid(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`),
    )
  }
  return causes
}
