import { expect, test } from 'vitest'
import type { JsonObject } from '../object.ts'
import { validateCrd } from './validate-crd.ts'

function crd(specSchema: JsonObject, version: JsonObject = {}, spec: JsonObject = {}): JsonObject {
  const schema = { type: 'object', properties: { spec: { type: 'object', ...specSchema } } }
  return {
    metadata: { name: 'examples.example.dev' },
    spec: {
      group: 'example.dev',
      scope: 'Namespaced',
      names: { plural: 'examples', singular: 'example', kind: 'Example', listKind: 'ExampleList' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version },
      ],
      ...spec,
    },
  }
}

const shown = (definition: JsonObject): [string, string][] =>
  validateCrd(definition).map(({ field, message }) => [field, message])
const root = 'spec.validation.openAPIV3Schema'
const inSpec = `${root}.properties[spec]`

test('a definition that is right has no faults', () => {
  const properties = {
    size: { type: 'integer', default: 1, 'x-kubernetes-validations': [{ rule: 'self >= oldSelf' }] },
    port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    list: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, n: { type: 'integer' } },
      },
    },
    map: { type: 'object', additionalProperties: { type: 'string' } },
    'max-age': { type: 'string' },
  }
  const rules = [
    { rule: 'self.list.all(item, item.name != "" && has(item.n) && item.n > 0)' },
    { rule: 'self.map.exists(k, self.map[k] == k) || self.list.filter(i, i.n > 1).exists(i, i.name == "a")' },
    { rule: '!has(self.max__dash__age) || self.?port.orValue(1) == 1' },
    { rule: 'self.list.map(i, i.name).size() == 1', message: 'one', reason: 'FieldValueForbidden' },
  ]
  const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' }
  const additionalPrinterColumns = [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }]
  const version = { subresources: { status: {}, scale }, additionalPrinterColumns }
  expect(shown(crd({ properties, 'x-kubernetes-validations': rules }, version))).toEqual([])
})

test('rules that do not compile are refused with their place', () => {
  const rules = (...rule: string[]): JsonObject => ({
    properties: {
      size: { type: 'integer' },
      list: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer' } } } },
    },
    'x-kubernetes-validations': rule.map((one) => ({ rule: one })),
  })
  const [syntax] = shown(crd(rules('self.size >')))
  expect(syntax?.[0]).toBe(`${inSpec}.x-kubernetes-validations[0].rule`)
  expect(syntax?.[1]).toMatch(
    /^Invalid value: \{"Rule":"self.size \\u003e",.*\}: compilation failed: ERROR: /,
  )
  for (const [rule, name] of [
    ['self.sise > 1', 'sise'],
    ['self.list.all(i, i.m > 1)', 'm'],
    ['has(self.sise)', 'sise'],
    ['self.?sise.orValue(1) == 1', 'sise'],
    ['true || self.list[0].m > 1', 'm'],
    ['self.list.filter(i, i.n > 1).exists(i, i.m == 2)', 'm'],
  ] as const) {
    expect(shown(crd(rules(rule)))[0]?.[1], rule).toContain(`undefined field '${name}'`)
  }
  expect(shown(crd(rules('other == 1')))[0]?.[1]).toContain('Unknown variable: other')
  expect(shown(crd(rules('self.size.foo(1)')))).toHaveLength(1)
  expect(shown(crd(rules('"text"')))[0]?.[1]).toContain('must evaluate to a bool')
})

test('a rule cannot compare items that cannot be told apart', () => {
  const items = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >= oldSelf' }] }
  const faults = shown(crd({ properties: { list: { type: 'array', items } } }))
  expect(faults.map(([, message]) => message).join()).toContain(
    'oldSelf cannot be used on the uncorrelatable portion',
  )
})

test.each<[string, JsonObject, string, string]>([
  [
    'a field without a type',
    { a: {} },
    '.a.type',
    'Required value: must not be empty for specified object fields',
  ],
  ['an array without items', { a: { type: 'array' } }, '.a.items', 'Required value: must be specified'],
  [
    'a type inside anyOf',
    { a: { type: 'string', anyOf: [{ type: 'string' }] } },
    '.a.anyOf[0].type',
    'Forbidden: must be empty to be structural',
  ],
  [
    'a default of another type',
    { a: { type: 'integer', default: 'x' } },
    '.a.default',
    'Invalid value: "string":  in body must be of type integer: "string"',
  ],
  [
    'a default with fields nobody knows',
    { a: { type: 'object', default: { b: 1 } } },
    '.a.default',
    'Invalid value: {"b":1}: must not have unknown fields',
  ],
  [
    'a keyed list without keys',
    { a: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } } },
    '.a.x-kubernetes-list-map-keys',
    'Required value: must not be empty if x-kubernetes-list-type is map',
  ],
  [
    'a key that may be missing',
    {
      a: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['n'],
        items: { type: 'object', properties: { n: { type: 'string' } } },
      },
    },
    '.a.items.properties[n].default',
    'Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
  ],
  [
    'a pattern that looks around',
    { a: { type: 'string', pattern: '(?=a)' } },
    '.a.pattern',
    'Invalid value: "(?=a)": must be a valid regular expression, but isn\'t: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  ],
  [
    'unique items',
    { a: { type: 'array', uniqueItems: true, items: { type: 'string' } } },
    '.a.uniqueItems',
    'Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
  ],
])('%s is refused', (_, properties, place, message) => {
  const path = place.replace(/^\.a/, '.properties[a]')
  expect(shown(crd({ properties }))).toEqual([[`${inSpec}${path}`, message]])
})

test('names and versions must agree', () => {
  expect(shown({ ...crd({}), metadata: { name: 'other.example.dev' } })).toEqual([
    ['metadata.name', 'Invalid value: "other.example.dev": must be spec.names.plural+"."+spec.group'],
  ])
  expect(shown(crd({}, { storage: false })).map(([field]) => field)).toEqual([
    'spec.versions',
    'status.storedVersions',
  ])
  expect(shown(crd({}, {}, { scope: 'Global' }))).toEqual([
    ['spec.scope', 'Unsupported value: "Global": supported values: "Cluster", "Namespaced"'],
  ])
  expect(shown(crd({}, { schema: undefined }))).toEqual([
    ['spec.versions[0].schema.openAPIV3Schema', 'Required value'],
  ])
  const names = { plural: 'examples', singular: 'example', kind: 'Example' }
  expect(shown(crd({}, {}, { names }))).toEqual([['spec.names.listKind', 'Required value']])
})

test('columns and scale need paths', () => {
  const additionalPrinterColumns = [{ name: 'Size', type: 'text', jsonPath: 'spec.size' }]
  const scale = { specReplicasPath: '.size', statusReplicasPath: '.status.size' }
  expect(shown(crd({}, { additionalPrinterColumns, subresources: { scale } }))).toEqual([
    [
      'spec.additionalPrinterColumns[0].type',
      'Invalid value: "text": must be one of boolean,date,integer,number,string',
    ],
    [
      'spec.additionalPrinterColumns[0].JSONPath',
      'Invalid value: "spec.size": must be a simple json path starting with .',
    ],
    ['spec.subresources.scale.specReplicasPath', 'Invalid value: ".size": should be a json path under .spec'],
  ])
})
