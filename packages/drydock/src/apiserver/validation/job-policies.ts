import { type JsonObject, objectAt, objectsAt, stringAt } from '../object.ts'
import { duplicate, invalid, notSupported, tooMany } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { oneOf } from './one-of.ts'

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore']

/** What a Job says about pods that fail and about when they are replaced; pkg/apis/batch/validation. */
export function validateFailurePolicy(spec: JsonObject, at: string): Cause[] {
  const policy = objectAt(spec, 'podFailurePolicy')
  const replacement = policy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed']
  const asked = stringAt(spec, 'podReplacementPolicy')
  const rules = objectsAt(policy, 'rules')
  const list = `${at}.podFailurePolicy.rules`
  return [
    ...(rules.length > 20 ? [tooMany(list, rules.length, 20)] : []),
    ...rules.flatMap((rule, index) => validateRule(rule, spec, `${list}[${index}]`)),
    ...(asked === undefined || replacement.includes(asked)
      ? []
      : [notSupported(`${at}.podReplacementPolicy`, asked, replacement)]),
  ]
}

function validateRule(rule: JsonObject, spec: JsonObject, at: string): Cause[] {
  const exits = objectAt(rule, 'onExitCodes')
  const conditions = objectsAt(rule, 'onPodConditions')
  const both = exits !== undefined && conditions.length > 0
  const neither = exits === undefined && conditions.length === 0
  return [
    ...oneOf(rule.action, actions, `${at}.action`),
    ...(rule.action === 'FailIndex' && spec.backoffLimitPerIndex === undefined
      ? [invalid(`${at}.action`, rule.action, 'requires the backoffLimitPerIndex to be set')]
      : []),
    ...(exits === undefined ? [] : validateExitCodes(exits, spec, `${at}.onExitCodes`)),
    ...conditions.flatMap((one, index) =>
      oneOf(one.status, ['False', 'True', 'Unknown'], `${at}.onPodConditions[${index}].status`),
    ),
    ...(both ? [unsaid(at, 'specifying both OnExitCodes and OnPodConditions is not supported')] : []),
    ...(neither ? [unsaid(at, 'specifying one of OnExitCodes and OnPodConditions is required')] : []),
  ]
}

/** An objection that does not repeat the value. */
function unsaid(field: string, detail: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${detail}`, field }
}

function validateExitCodes(exits: JsonObject, spec: JsonObject, at: string): Cause[] {
  const names = ['containers', 'initContainers'].flatMap((list) =>
    objectsAt(spec, 'template', 'spec', list).map((one) => one.name),
  )
  const values: unknown[] = Array.isArray(exits.values) ? exits.values : []
  const codes = values.filter((value) => typeof value === 'number')
  const ordered = codes.every((code, i) => i === 0 || (codes[i - 1] ?? code) <= code)
  return [
    ...oneOf(exits.operator, ['In', 'NotIn'], `${at}.operator`),
    ...(exits.containerName === undefined || names.includes(exits.containerName)
      ? []
      : [
          invalid(
            `${at}.containerName`,
            exits.containerName,
            'must be one of the container or initContainer names in the pod template',
          ),
        ]),
    ...(codes.length === 0 ? [invalid(`${at}.values`, codes, 'at least one value is required')] : []),
    ...(codes.length > 255 ? [tooMany(`${at}.values`, codes.length, 255)] : []),
    ...codes.flatMap((code, i) => [
      ...(exits.operator === 'In' && code === 0
        ? [invalid(`${at}.values[${i}]`, code, 'must not be 0 for the In operator')]
        : []),
      ...(codes.indexOf(code) < i ? [duplicate(`${at}.values[${i}]`, code)] : []),
    ]),
    ...(ordered ? [] : [invalid(`${at}.values`, codes, 'must be ordered')]),
  ]
}
