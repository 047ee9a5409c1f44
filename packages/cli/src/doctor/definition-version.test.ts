import type { CustomResourceDefinition } from '@orlop/kube'
import { expect, test } from 'vitest'
import { judgeDefinitions } from './checks/definitions.ts'
import { ageOf, compareVersions } from './definition-version.ts'

interface Made {
  readonly fields: readonly string[]
  readonly version?: string
  readonly stored?: string[]
  readonly manager?: string
  readonly established?: boolean
  readonly text?: string
}

function definition(o: Made): CustomResourceDefinition {
  const properties = Object.fromEntries(o.fields.map((name) => [name, { type: 'string' }]))
  const spec = { type: 'object', description: o.text ?? '', properties }
  const names = { kind: 'Redis', plural: 'redis' }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: 'redis.orlop.dev',
      labels: o.version === undefined ? {} : { 'app.kubernetes.io/version': o.version },
      managedFields: [{ manager: o.manager ?? 'orlop', operation: 'Apply' }],
    },
    spec: {
      group: 'orlop.dev',
      names,
      scope: 'Namespaced',
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema }],
    },
    status: {
      conditions: [{ type: 'Established', status: o.established === false ? 'False' : 'True' }],
      storedVersions: o.stored ?? ['v1alpha1'],
    },
  }
}

const ours = definition({ fields: ['memory', 'version'], version: '0.2.0' })

test.each([
  ['not there', undefined, 'missing'],
  ['the same', definition({ fields: ['memory', 'version'], version: '0.2.0' }), 'same'],
  ['an earlier version', definition({ fields: ['memory'], version: '0.1.0' }), 'older'],
  [
    'an earlier version with a field that was dropped',
    definition({ fields: ['memory', 'gone'], version: '0.1.0' }),
    'older',
  ],
  ['fewer fields, of no version', definition({ fields: ['memory'] }), 'older'],
  ['another text', definition({ fields: ['memory', 'version'], text: 'x' }), 'older'],
  ['more fields, of no version', definition({ fields: ['memory', 'version', 'tls'] }), 'newer'],
  ['a later version', definition({ fields: ['memory', 'version'], version: '0.10.0' }), 'newer'],
  ['stored as another version', definition({ fields: ['memory'], stored: ['v1alpha1', 'v1'] }), 'newer'],
])('%s', (_name, live, age) => {
  expect(ageOf(live, ours).age).toBe(age)
})

test('versions are compared by their numbers', () => {
  const sorted = ['0.10.0', '0.9.3', 'v1.0.0', '1.0.0-rc.1'].sort(compareVersions)
  expect(sorted).toEqual(['0.9.3', '0.10.0', '1.0.0-rc.1', 'v1.0.0'])
})

test.each([
  [
    'newer',
    definition({ fields: ['memory', 'version', 'tls'] }),
    'fail',
    /newer than this program: it knows spec\.tls/,
  ],
  ['older', definition({ fields: ['memory'] }), 'warn', /not as this program knows it/],
  [
    'not served',
    definition({ fields: ['memory', 'version'], version: '0.2.0', established: false }),
    'fail',
    /is not served/,
  ],
  ['missing', undefined, 'ok', /not there yet/],
] as const)('a definition that is %s', (_name, live, result, seen) => {
  const finding = judgeDefinitions([{ ours, live }])
  expect([finding.result, finding.seen]).toEqual([result, expect.stringMatching(seen)])
})

test('who else wrote it is told', () => {
  const live = definition({ fields: ['memory', 'version'], version: '0.2.0', manager: 'helm' })
  expect(judgeDefinitions([{ ours, live }]).details).toEqual(['redis.orlop.dev was also written by helm'])
})
