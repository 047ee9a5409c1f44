import { meetsRequirement } from '../../label-requirement.ts'
import { type JsonObject, objectAt, objectsAt, stringAt, stringsAt } from '../object.ts'
import { forbidden, invalid, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { labelValue, qualifiedName } from './names.ts'

/** Whether a LabelSelector object (matchLabels, matchExpressions) matches; an empty one matches all. */
export function selects(selector: JsonObject, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(objectAt(selector, 'matchLabels') ?? {})
  if (!wanted.every(([key, value]) => labels[key] === value)) return false
  return objectsAt(selector, 'matchExpressions').every((expression) => {
    const value = labels[stringAt(expression, 'key') ?? '']
    const values = stringsAt(expression, 'values')
    return meetsRequirement(value, expression.operator, values)
  })
}

export function validateSelector(selector: JsonObject, path: string): Cause[] {
  const causes: Cause[] = []
  for (const [key, value] of Object.entries(objectAt(selector, 'matchLabels') ?? {})) {
    for (const why of qualifiedName(key)) causes.push(invalid(`${path}.matchLabels`, key, why))
    for (const why of labelValue(String(value))) causes.push(invalid(`${path}.matchLabels`, value, why))
  }
  for (const [index, expression] of objectsAt(selector, 'matchExpressions').entries()) {
    const at = `${path}.matchExpressions[${index}]`
    const values = stringsAt(expression, 'values')
    switch (expression.operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0)
          causes.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
        break
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          causes.push(
            forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
          )
        }
        break
      default:
        causes.push(invalid(`${at}.operator`, expression.operator ?? '', 'not a valid selector operator'))
    }
    for (const why of qualifiedName(stringAt(expression, 'key') ?? ''))
      causes.push(invalid(`${at}.key`, expression.key ?? '', why))
  }
  return causes
}

const operators: ReadonlySet<unknown> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist'])

/** Whether a selector can be matched at all; one that cannot is told of by `validateSelector`. */
export function isReadable(selector: JsonObject): boolean {
  const labels = Object.entries(objectAt(selector, 'matchLabels') ?? {})
  return (
    labels.every(([key, value]) => qualifiedName(key).length + labelValue(String(value)).length === 0) &&
    objectsAt(selector, 'matchExpressions').every(({ operator, values }) => {
      const some = Array.isArray(values) && values.length > 0
      return operators.has(operator) && some === (operator === 'In' || operator === 'NotIn')
    })
  )
}

/** A LabelSelector object as `kubectl -l` would write it: what a Scale shows. */
export function selectorText(selector: JsonObject): string {
  const equal = Object.entries(objectAt(selector, 'matchLabels') ?? {}).map(
    ([key, value]) => `${key}=${value}`,
  )
  const expressions = objectsAt(selector, 'matchExpressions').map((expression) => {
    const key = stringAt(expression, 'key') ?? ''
    const values = stringsAt(expression, 'values').join(',')
    switch (expression.operator) {
      case 'In':
        return `${key} in (${values})`
      case 'NotIn':
        return `${key} notin (${values})`
      case 'DoesNotExist':
        return `!${key}`
      default:
        return key
    }
  })
  return [...equal, ...expressions].sort().join(',')
}
