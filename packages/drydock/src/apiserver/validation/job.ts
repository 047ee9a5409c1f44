import {
  type ApiObject,
  type JsonObject,
  numberAt,
  objectAt,
  sameJson,
  stringAt,
  valueAt,
} from '../object.ts'
import { invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { validateFailurePolicy } from './job-policies.ts'
import { validateMatch, validatePodTemplate } from './pod-template.ts'

const amounts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
]
const modes = ['NonIndexed', 'Indexed']
const ending = ['OnFailure', 'Never']

/** More pods at a time than that the status of an indexed Job could not tell apart. */
const mostIndexedAtATime = 100_000

/** What Jobs and the templates of CronJobs have to keep; `validateJobSpec` of pkg/apis/batch/validation. `at`: the spec's path. */
export function validateJobSpec(spec: JsonObject, at: string): Cause[] {
  return [
    ...amounts.flatMap((field) =>
      (numberAt(spec, field) ?? 0) < 0
        ? [invalid(`${at}.${field}`, spec[field], 'must be greater than or equal to 0')]
        : [],
    ),
    ...validateIndexes(spec, at),
    ...validateFailurePolicy(spec, at),
    ...validatePodTemplate(spec, `${at}.template`),
    ...validateRestartPolicy(spec, `${at}.template.spec.restartPolicy`),
  ]
}

function validateIndexes(spec: JsonObject, at: string): Cause[] {
  const mode = stringAt(spec, 'completionMode') ?? 'NonIndexed'
  if (!modes.includes(mode)) return [notSupported(`${at}.completionMode`, mode, ['NonIndexed', 'Indexed'])]
  if (mode === 'NonIndexed') {
    return ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy']
      .filter((field) => spec[field] !== undefined)
      .map((field) => invalid(`${at}.${field}`, spec[field], 'requires indexed completion mode'))
  }
  const causes: Cause[] = []
  const parallelism = numberAt(spec, 'parallelism') ?? 1
  const completions = numberAt(spec, 'completions')
  const mayFail = numberAt(spec, 'maxFailedIndexes')
  if (mayFail !== undefined && spec.backoffLimitPerIndex === undefined) {
    causes.push(required(`${at}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'))
  }
  if (completions === undefined) causes.push(required(`${at}.completions`, 'when completion mode is Indexed'))
  if (parallelism > mostIndexedAtATime) {
    const why = `must be less than or equal to ${mostIndexedAtATime} when completion mode is Indexed`
    causes.push(invalid(`${at}.parallelism`, parallelism, why))
  }
  if (mayFail !== undefined && mayFail > (completions ?? mayFail)) {
    causes.push(invalid(`${at}.maxFailedIndexes`, mayFail, 'must be less than or equal to completions'))
  }
  return causes
}

function validateRestartPolicy(spec: JsonObject, at: string): Cause[] {
  const policy = stringAt(spec, 'template', 'spec', 'restartPolicy') ?? ''
  if (objectAt(spec, 'template', 'spec') === undefined) return []
  if (policy === '' || policy === 'Always') return [required(at, 'valid values: "OnFailure", "Never"')]
  if (!ending.includes(policy)) return [notSupported(at, policy, ending)]
  return spec.podFailurePolicy !== undefined && policy !== 'Never'
    ? [invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    : []
}

export function validateJob(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const { name } = object.metadata
  const completions = numberAt(spec, 'completions') ?? 0
  // Its pods are called by it and their index.
  const longest = `${name}-${completions - 1}`
  const tooLong = spec.completionMode === 'Indexed' && completions > 0 && longest.length > 63
  return [
    ...validateJobSpec(spec, 'spec'),
    ...(objectAt(spec, 'selector') === undefined ? [] : validateJobMatch(spec)),
    ...(tooLong
      ? [invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${longest}`)]
      : []),
  ]
}

const fixed = [
  'selector',
  'template',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
]

export function validateJobUpdate(object: ApiObject, old: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const oldSpec = objectAt(old, 'spec') ?? {}
  const neverStarted = oldSpec.suspend === true && valueAt(old, 'status', 'startTime') === undefined
  return [
    ...validateCompletionsUpdate(spec, oldSpec),
    ...fixed
      .filter((field) => !sameJson(kept(spec, field, neverStarted), kept(oldSpec, field, neverStarted)))
      .map((field) => invalid(`spec.${field}`, spec[field], 'field is immutable')),
  ]
}

/** What of a field may not change: where pods may run can still be said of a Job that was never started. */
function kept(spec: JsonObject, field: string, neverStarted: boolean): unknown {
  if (field !== 'template' || !neverStarted) return spec[field]
  const template = objectAt(spec, 'template') ?? {}
  const { nodeSelector, tolerations, schedulingGates, affinity, ...podSpec } =
    objectAt(template, 'spec') ?? {}
  const { labels, annotations, ...metadata } = objectAt(template, 'metadata') ?? {}
  const { nodeAffinity, ...otherAffinity } = objectAt({ affinity }, 'affinity') ?? {}
  return { ...template, metadata, spec: { ...podSpec, affinity: otherAffinity } }
}

/** An indexed Job may grow and shrink together with its parallelism. */
function validateCompletionsUpdate(spec: JsonObject, old: JsonObject): Cause[] {
  const field = 'spec.completions'
  if (sameJson(spec.completions, old.completions)) return []
  if (spec.completionMode !== 'Indexed') return [invalid(field, spec.completions, 'field is immutable')]
  return sameJson(spec.completions, spec.parallelism)
    ? []
    : [invalid(field, spec.completions, 'can only be modified in tandem with spec.parallelism')]
}

/** A selector that somebody else chose finds the pods. */
function validateJobMatch(spec: JsonObject): Cause[] {
  const why = '`selector` does not match template `labels`'
  return validateMatch(spec).length === 0 ? [] : [invalid('spec.selector', objectAt(spec, 'selector'), why)]
}
