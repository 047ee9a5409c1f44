import { isObject, type JsonObject, objectAt, objectsAt, stringAt } from '../object.ts'
import type { Cause } from '../status.ts'
import { undefinedField, withVisibleMetadata } from './cel/field-check.ts'
import { type RuleFault, rulesOf } from './cel/rule.ts'
import { child, index, invalid, key, notSupported, required } from './field-error.ts'

const reasons = new Set([
  'FieldValueInvalid',
  'FieldValueForbidden',
  'FieldValueRequired',
  'FieldValueDuplicate',
])

/**
 * The faults of the rules in CEL of a schema and of all below it: those that do not compile, that name fields the schema
 * does not have, or that compare with a former value where there is no telling which that is.
 * @param uncorrelated the innermost list whose items cannot be told apart, around this schema
 */
export function ruleFaults(schema: JsonObject, path: string, root = true, uncorrelated?: string): Cause[] {
  const visible =
    root || schema['x-kubernetes-embedded-resource'] === true ? withVisibleMetadata(schema) : schema
  const found: RuleFault[] = []
  const rules = rulesOf(schema, found)
  const place = (at: number, field: string): string =>
    child(index(child(path, 'x-kubernetes-validations'), at), field)
  const sources = objectsAt(schema, 'x-kubernetes-validations')
  const faults = found.map(({ at, field, message }) =>
    invalid(place(at, field), held(sources[at] ?? {}), message),
  )
  for (const { program, at, text, usesOld, optionalOld, fieldPath } of rules) {
    if (optionalOld && !usesOld)
      faults.push(
        invalid(place(at, 'optionalOldSelf'), true, 'may not be set if oldSelf is not used in rule'),
      )
    if (fieldPath !== undefined && !isPath(fieldPath, schema))
      faults.push(invalid(place(at, 'fieldPath'), fieldPath, 'must be a valid path'))
    const missing = undefinedField(program.ast, visible)
    if (missing !== undefined) {
      const message = `compilation failed: ERROR: undefined field '${missing}'`
      faults.push(invalid(place(at, 'rule'), held(sources[at] ?? {}), message))
    }
    if (usesOld && uncorrelated !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`
      faults.push(invalid(place(at, 'rule'), text, detail))
    }
  }
  for (const [at, rule] of sources.entries()) {
    faults.push(...wordingFaults(rule, (field) => place(at, field)))
  }
  for (const [name, property] of Object.entries(objectAt(schema, 'properties') ?? {})) {
    if (isObject(property))
      faults.push(...ruleFaults(property, key(child(path, 'properties'), name), false, uncorrelated))
  }
  const items = objectAt(schema, 'items')
  if (items !== undefined) {
    const within = schema['x-kubernetes-list-type'] === 'map' ? uncorrelated : path
    faults.push(...ruleFaults(items, child(path, 'items'), false, within))
  }
  const additional = objectAt(schema, 'additionalProperties')
  if (additional !== undefined) {
    faults.push(...ruleFaults(additional, child(path, 'additionalProperties'), false, uncorrelated))
  }
  return faults
}

/** A rule as the program of a real server holds it, which is how it is printed. */
function held(rule: JsonObject): JsonObject {
  const { rule: text = '', message = '', messageExpression = '', reason = null } = rule
  const { fieldPath = '', optionalOldSelf = null } = rule
  return {
    Rule: text,
    Message: message,
    MessageExpression: messageExpression,
    Reason: reason,
    FieldPath: fieldPath,
    OptionalOldSelf: optionalOldSelf,
  }
}

/** Whether a path of plain names leads to a field of a schema; others are taken on trust. */
function isPath(path: string, schema: JsonObject): boolean {
  if (!/^(?:\.[A-Za-z_]\w*)+$/.test(path)) return path.startsWith('.') || path.startsWith('[')
  let here: JsonObject | undefined = schema
  for (const name of path.slice(1).split('.'))
    here = objectAt(here, 'properties', name) ?? objectAt(here, 'additionalProperties')
  return here !== undefined
}

function wordingFaults(rule: JsonObject, place: (field: string) => string): Cause[] {
  const faults: Cause[] = []
  const text = stringAt(rule, 'rule') ?? ''
  const message = stringAt(rule, 'message')
  const { reason } = rule
  if (text.trim() === '') faults.push(required(place('rule'), 'rule is not specified'))
  if (message !== undefined && message.trim() === '') {
    faults.push(invalid(place('message'), message, 'must be non-empty if specified'))
  } else if (message?.trim().includes('\n')) {
    faults.push(invalid(place('message'), message, 'must not contain line breaks'))
  } else if (message === undefined && text.trim().includes('\n')) {
    faults.push(required(place('message'), 'message must be specified if rule contains line breaks'))
  }
  if (reason !== undefined && !(typeof reason === 'string' && reasons.has(reason))) {
    faults.push(notSupported(place('reason'), reason, [...reasons].sort()))
  }
  return faults
}
