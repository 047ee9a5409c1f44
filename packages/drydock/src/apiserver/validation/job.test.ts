import { expect, test } from 'vitest'
import { defaultJob } from '../defaults/workloads.ts'
import type { ApiObject, JsonObject } from '../object.ts'
import { validateJob, validateJobUpdate } from './job.ts'

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } }

function job(spec: JsonObject, name = 'work', status: JsonObject = {}): ApiObject {
  const object: ApiObject = structuredClone({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { parallelism: 1, template, ...spec },
    status,
  })
  defaultJob(object)
  return object
}

const rule = (fields: JsonObject) => ({ podFailurePolicy: { rules: [{ action: 'FailJob', ...fields }] } })
const exits = (fields: JsonObject) => rule({ onExitCodes: { operator: 'In', values: [1], ...fields } })
const rules = 'spec.podFailurePolicy.rules[0]'

test.each<[string, JsonObject, string, string]>([
  ['negative amounts', { backoffLimit: -1 }, 'spec.backoffLimit', 'must be greater than or equal to 0'],
  ['an unknown mode', { completionMode: 'Some' }, 'spec.completionMode', '"NonIndexed", "Indexed"'],
  [
    'indexes without a number of them',
    { completionMode: 'Indexed' },
    'spec.completions',
    'when completion mode is Indexed',
  ],
  [
    'limits of indexes without indexes',
    { backoffLimitPerIndex: 1 },
    'spec.backoffLimitPerIndex',
    'requires indexed completion mode',
  ],
  [
    'pods that never end',
    { template: { spec: { ...template.spec, restartPolicy: 'Always' } } },
    'spec.template.spec.restartPolicy',
    'Required value: valid values: "OnFailure", "Never"',
  ],
  [
    'a rule of neither kind',
    rule({}),
    rules,
    'specifying one of OnExitCodes and OnPodConditions is required',
  ],
  ['success as a failure', exits({ values: [0] }), `${rules}.onExitCodes.values[0]`, 'must not be 0'],
  ['codes out of order', exits({ values: [2, 1] }), `${rules}.onExitCodes.values`, 'must be ordered'],
  [
    'a container that is not there',
    exits({ containerName: 'x' }),
    `${rules}.onExitCodes.containerName`,
    'must be one of the container or initContainer names',
  ],
  [
    'another replacement with a failure policy',
    { ...exits({}), podReplacementPolicy: 'TerminatingOrFailed' },
    'spec.podReplacementPolicy',
    'supported values: "Failed"',
  ],
])('%s are refused', (_, spec, field, message) => {
  expect(validateJob(job(spec))).toContainEqual(
    expect.objectContaining({ field, message: expect.stringContaining(message) }),
  )
})

test('what is right is not refused', () => {
  expect(validateJob(job({ ...exits({}), completionMode: 'Indexed', completions: 3 }))).toEqual([])
})

test('pods of the last index must have a host name that fits', () => {
  const causes = validateJob(job({ completionMode: 'Indexed', completions: 10 }, 'w'.repeat(62)))
  expect(causes).toMatchObject([{ field: 'metadata.name' }])
})

const other = { ...template, metadata: { labels: { a: 'b' } } }
test.each<[string, JsonObject, JsonObject, JsonObject, string[]]>([
  ['completions stay', { completions: 1 }, {}, { completions: 2 }, ['spec.completions']],
  [
    'those of indexes may change with parallelism',
    { completionMode: 'Indexed', completions: 1 },
    {},
    { completionMode: 'Indexed', completions: 2, parallelism: 2 },
    [],
  ],
  ['the template stays', {}, {}, { template: other }, ['spec.template']],
  ['labels may change before the start', { suspend: true }, {}, { template: other }, []],
  [
    'not after',
    { suspend: true },
    { startTime: '2030-01-01T00:00:00Z' },
    { template: other },
    ['spec.template'],
  ],
  ['parallelism may change', {}, {}, { parallelism: 5 }, []],
])('%s', (_, before, status, after, fields) => {
  const causes = validateJobUpdate(job(after), job(before, 'work', status))
  expect(causes.map(({ field }) => field)).toEqual(fields)
})
