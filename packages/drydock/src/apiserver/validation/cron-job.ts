import { TimeZone } from '../../cron/local-time.ts'
import { parseSchedule } from '../../cron/schedule.ts'
import { type ApiObject, type JsonObject, numberAt, objectAt, stringAt } from '../object.ts'
import { invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { validateJobSpec } from './job.ts'

const policies = ['Allow', 'Forbid', 'Replace']

/** `validateCronJobSpec` of pkg/apis/batch/validation. */
export function validateCronJob(object: ApiObject, old?: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const oldSpec = objectAt(old, 'spec')
  const policy = stringAt(spec, 'concurrencyPolicy') ?? ''
  const sameZone = oldSpec !== undefined && oldSpec.timeZone === spec.timeZone
  return [
    ...validateSchedule(spec, stringAt(oldSpec, 'schedule') ?? ''),
    ...notNegative(spec, 'startingDeadlineSeconds'),
    ...(sameZone ? [] : validateTimeZone(spec.timeZone)),
    ...(policies.includes(policy) ? [] : [notSupported('spec.concurrencyPolicy', policy, policies)]),
    ...validateJobTemplate(objectAt(spec, 'jobTemplate', 'spec') ?? {}),
    ...notNegative(spec, 'successfulJobsHistoryLimit'),
    ...notNegative(spec, 'failedJobsHistoryLimit'),
    ...(old === undefined ? validateLength(object.metadata.name) : []),
  ]
}

/** Its Jobs are called `NAME-` and ten digits, and 63 characters is all their pods' labels can hold. */
function validateLength(name: string): Cause[] {
  return name.length > 52 ? [invalid('metadata.name', name, 'must be no more than 52 characters')] : []
}

function validateSchedule(spec: JsonObject, before: string): Cause[] {
  const field = 'spec.schedule'
  const schedule = stringAt(spec, 'schedule') ?? ''
  if (schedule === '') return [required(field)]
  const causes: Cause[] = []
  try {
    parseSchedule(schedule)
  } catch (error) {
    causes.push(invalid(field, schedule, error instanceof Error ? error.message : String(error)))
  }
  if (!schedule.includes('TZ')) return causes
  if (!before.includes('TZ')) {
    const why = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
    return [...causes, invalid(field, schedule, why)]
  }
  if (spec.timeZone === undefined) return causes
  return [...causes, invalid(field, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule')]
}

function validateTimeZone(zone: unknown): Cause[] {
  if (typeof zone !== 'string') return []
  const refuse = (why: string): Cause[] => [invalid('spec.timeZone', zone, why)]
  if (zone === '') return refuse('timeZone must be nil or non-empty string')
  const well = zone.split('/').every((part) => /^(?!\.{1,2}$)(?!-)[A-Za-z.\-_0-9+]{1,14}$/.test(part))
  if (!well) return refuse(`unknown time zone ${zone}`)
  if (zone.toLowerCase() === 'local') {
    return refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
  }
  return TimeZone.of(zone) === undefined ? refuse(`unknown time zone ${zone}`) : []
}

function validateJobTemplate(spec: JsonObject): Cause[] {
  const at = 'spec.jobTemplate.spec'
  return [
    ...validateJobSpec(spec, at),
    ...(spec.selector === undefined
      ? []
      : [invalid(`${at}.selector`, spec.selector, '`selector` will be auto-generated')]),
    ...(spec.manualSelector === true ? [notSupported(`${at}.manualSelector`, true, ['nil', 'false'])] : []),
  ]
}

function notNegative(spec: JsonObject, field: string): Cause[] {
  const value = numberAt(spec, field) ?? 0
  return value < 0 ? [invalid(`spec.${field}`, value, 'must be greater than or equal to 0')] : []
}
