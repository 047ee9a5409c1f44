import { expect, test } from 'vitest'
import type { JsonObject } from '../object.ts'
import { type CrdSchema, compileCrd } from './compile-crd.ts'

function crd(spec: JsonObject, more: JsonObject = {}): CrdSchema {
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', ...spec }, status: { type: 'object' } },
  }
  return compileCrd({
    spec: {
      group: 'example.dev',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...more }],
    },
  })
}

const object = (spec: unknown): JsonObject => ({
  apiVersion: 'example.dev/v1',
  kind: 'Example',
  metadata: { name: 'a' },
  spec,
})
const of = (properties: JsonObject, spec: JsonObject, rest: JsonObject = {}): [string, string, string][] =>
  crd({ properties, ...rest })
    .validate(object(spec))
    .map(({ reason, message, field }) => [field, reason, message])

test('faults are worded as the real server words them', () => {
  const integer = { type: 'integer', minimum: 1, maximum: 5 }
  expect(of({ size: integer }, { size: 0 })).toEqual([
    [
      'spec.size',
      'FieldValueInvalid',
      'Invalid value: 0: spec.size in body should be greater than or equal to 1',
    ],
  ])
  expect(of({ size: integer }, { size: 6 })[0]?.[2]).toBe(
    'Invalid value: 6: spec.size in body should be less than or equal to 5',
  )
  expect(of({ size: integer }, { size: 'x' })).toEqual([
    [
      'spec.size',
      'FieldValueTypeInvalid',
      'Invalid value: "string": spec.size in body must be of type integer: "string"',
    ],
  ])
  expect(of({ mode: { type: 'string', enum: ['a', 'b'] } }, { mode: 'x' })).toEqual([
    ['spec.mode', 'FieldValueNotSupported', 'Unsupported value: "x": supported values: "a", "b"'],
  ])
  expect(of({ size: integer }, {}, { required: ['size'] })).toEqual([
    ['spec.size', 'FieldValueRequired', 'Required value'],
  ])
  expect(of({ name: { type: 'string', pattern: '^a+$', maxLength: 3 } }, { name: 'bbbb' })).toEqual([
    ['spec.name', 'FieldValueTooLong', 'Too long: may not be more than 3 bytes'],
    ['spec.name', 'FieldValueInvalid', `Invalid value: "bbbb": spec.name in body should match '^a+$'`],
  ])
  expect(
    of({ list: { type: 'array', maxItems: 1, items: { type: 'string' } } }, { list: ['a', 'b'] }),
  ).toEqual([['spec.list', 'FieldValueTooMany', 'Too many: 2: must have at most 1 item']])
  expect(of({ at: { type: 'string', format: 'date-time' } }, { at: 'noon' })[0]?.[2]).toBe(
    'Invalid value: "noon": spec.at in body must be of type date-time: "noon"',
  )
  expect(
    of(
      { list: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } } },
      { list: ['a', 'a'] },
    ),
  ).toEqual([['spec.list[1]', 'FieldValueDuplicate', 'Duplicate value: "a"']])
})

test('an int-or-string takes both and nothing else', () => {
  const properties = {
    port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
  }
  expect(of(properties, { port: 1 })).toEqual([])
  expect(of(properties, { port: 'http' })).toEqual([])
  expect(of(properties, { port: true })[0]?.[1]).toBe('FieldValueTypeInvalid')
})

test('unknown fields are found and pruned, kept where the schema says so', () => {
  const schema = crd({
    properties: {
      open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      map: {
        type: 'object',
        additionalProperties: { type: 'object', properties: { a: { type: 'string' } } },
      },
      list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
    },
  })
  const value = object({
    x: 1,
    open: { y: { z: 1 } },
    map: { k: { a: 'b', c: 1 } },
    list: [{ a: 'b' }, { d: 1 }],
  })
  expect(schema.unknownFields(value)).toEqual(['spec.list[1].d', 'spec.map.k.c', 'spec.x'])
  expect(schema.prune(value)).toEqual(
    object({ open: { y: { z: 1 } }, map: { k: { a: 'b' } }, list: [{ a: 'b' }, {}] }),
  )
  const metadata = { name: 'a', nonsense: 1 }
  expect(schema.unknownFields({ ...value, spec: {}, metadata })).toEqual(['metadata.nonsense'])
})

test('defaults fill what is missing at every depth, and replace a null', () => {
  const schema = crd({
    default: {},
    properties: {
      size: { type: 'integer', default: 1 },
      nested: { type: 'object', default: {}, properties: { mode: { type: 'string', default: 'x' } } },
      maybe: { type: 'string', nullable: true, default: 'y' },
    },
  })
  const bare = { apiVersion: 'example.dev/v1', kind: 'Example', metadata: { name: 'a' } }
  expect(schema.applyDefaults(bare).spec).toEqual({ size: 1, nested: { mode: 'x' }, maybe: 'y' })
  expect(schema.applyDefaults(object({ size: null, maybe: null })).spec).toEqual({
    size: 1,
    nested: { mode: 'x' },
    maybe: null,
  })
  expect(bare).not.toHaveProperty('spec')
})

test('rules in CEL see integers as integers and name the place they are written at', () => {
  const rules = [
    { rule: 'self.size % 2 == 1', message: 'size must be odd', fieldPath: '.size' },
    {
      rule: 'self.min <= self.size',
      messageExpression: '"min is " + string(self.min)',
      reason: 'FieldValueForbidden',
    },
  ]
  const properties = { size: { type: 'integer' }, min: { type: 'integer' } }
  const faults = of(properties, { size: 2, min: 3 }, { 'x-kubernetes-validations': rules })
  expect(faults).toEqual([
    ['spec.size', 'FieldValueInvalid', 'Invalid value: "object": size must be odd'],
    ['spec', 'FieldValueForbidden', 'Forbidden: min is 3'],
  ])
  expect(of(properties, { size: 3, min: 3 }, { 'x-kubernetes-validations': rules })).toEqual([])
  expect(of(properties, { min: 3 }, { 'x-kubernetes-validations': [{ rule: 'self.size > 1' }] })).toEqual([
    [
      'spec',
      'FieldValueInvalid',
      'Invalid value: "object": no such key: size evaluating rule: self.size > 1',
    ],
  ])
})

test('transition rules run on updates alone, items of keyed lists compare with their like', () => {
  const schema = crd({
    properties: {
      shards: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            size: {
              type: 'integer',
              'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'never shrinks' }],
            },
          },
        },
      },
    },
  })
  const before = object({
    shards: [
      { name: 'a', size: 2 },
      { name: 'b', size: 1 },
    ],
  })
  const after = object({
    shards: [
      { name: 'b', size: 2 },
      { name: 'a', size: 1 },
    ],
  })
  expect(schema.validate(after)).toEqual([])
  expect(schema.validate(after, before).map(({ field, message }) => [field, message])).toEqual([
    ['spec.shards[1].size', 'Invalid value: "integer": never shrinks'],
  ])
})

test('an update is excused for what it leaves as it was', () => {
  const schema = crd({
    properties: { size: { type: 'integer', minimum: 3 }, note: { type: 'string' } },
    'x-kubernetes-validations': [{ rule: 'self.size > 5' }],
  })
  const old = object({ size: 1 })
  expect(schema.validate(old)).toHaveLength(2)
  expect(schema.validate({ ...old, metadata: { name: 'a', labels: { b: 'c' } } }, old)).toEqual([])
  expect(schema.validate(object({ size: 1, note: 'x' }), old)).toHaveLength(1)
})

test('rules are not run on an object of the wrong shape, and that is said', () => {
  const rest = { required: ['size'], 'x-kubernetes-validations': [{ rule: 'self.size > 5' }] }
  expect(of({ size: { type: 'integer' } }, {}, rest).map(([field]) => field)).toEqual(['spec.size', '<nil>'])
})

test.each<[string, boolean]>([
  ['quantity(self.q).isGreaterThan(quantity("512Mi"))', true],
  ['quantity(self.q).compareTo(quantity("1024Mi")) == 0 && quantity("1.5").isInteger() == false', true],
  ['isQuantity("1Gi") && !isQuantity("one")', true],
  ['self.name.find("[0-9]+") == "42" && self.name.findAll("[a-z]").size() == 2', true],
  ['self.l.sum() == 6 && self.l.max() == 3 && self.l.isSorted() && self.l.indexOf(2) == 1', true],
  ['isURL("https://a.b:1/c?d=e") && url("https://a.b:1/c?d=e").getHost() == "a.b:1"', true],
  ['url("https://a.b:1/c?d=e").getQuery()["d"] == ["e"]', true],
  ['ip("127.0.0.1").isLoopback() && cidr("10.0.0.0/8").containsIP("10.1.2.3") && !isIP("x")', true],
  ['sets.contains(self.l, [3, 1]) && !sets.intersects(self.l, [9])', true],
  ['"%s has %d".format([self.name, 3]) == "a42b has 3"', true],
  ['self.?missing.orValue(7) == 7 && !has(self.missing)', true],
  ['self.m.all(k, k.matches("^[a-z]+$") && self.m[k] > 0)', true],
  ['self.max__dash__age > duration("1m") && self.at < timestamp("2030-01-01T00:00:00Z")', true],
  ['self.__namespace__ == "n"', true],
  ['self.size + 1 == 4 && self.ratio * 2.0 == 1.0', true],
  ['self.port == 80 || self.port == "http"', true],
  ['!self.name.replace("a", "b").startsWith("b")', false],
])('rule %s gives %s', (rule, expected) => {
  const properties = {
    q: { type: 'string' },
    name: { type: 'string' },
    l: { type: 'array', items: { type: 'integer' } },
    m: { type: 'object', additionalProperties: { type: 'integer' } },
    'max-age': { type: 'string', format: 'duration' },
    at: { type: 'string', format: 'date-time' },
    namespace: { type: 'string' },
    size: { type: 'integer' },
    ratio: { type: 'number' },
    port: { 'x-kubernetes-int-or-string': true },
    missing: { type: 'integer' },
  }
  const spec = {
    q: '1Gi',
    name: 'a42b',
    l: [1, 2, 3],
    m: { a: 1 },
    'max-age': '1m30s',
    at: '2026-01-01T00:00:00Z',
    namespace: 'n',
    size: 3,
    ratio: 0.5,
    port: 80,
  }
  const faults = of(properties, spec, { 'x-kubernetes-validations': [{ rule, message: 'no' }] })
  expect(faults.map(([, , message]) => message)).toEqual(expected ? [] : ['Invalid value: "object": no'])
})

test('columns, scale and status are those of the version', () => {
  const columns = [{ name: 'Ready', type: 'string', jsonPath: '.status.ready', priority: 1 }]
  const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' }
  const compiled = crd({}, { additionalPrinterColumns: columns, subresources: { status: {}, scale } })
  expect(compiled).toMatchObject({ columns, scale, status: true, version: 'v1' })
  expect(crd({})).toMatchObject({ columns: [], status: false })
})
