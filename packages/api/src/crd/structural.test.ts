import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { crds } from '../crds.ts'
import { type JsonSchema, toJsonSchema } from './json-schema.ts'
import { toStructural, withRule } from './structural.ts'

const structural = (schema: z.ZodType): JsonSchema => toStructural(toJsonSchema(schema, 'input'))

test('a strict object has its properties, and nothing beside them', () => {
  expect(
    structural(z.strictObject({ a: z.int().min(1).default(2).describe('One.'), b: z.string() })),
  ).toEqual({
    type: 'object',
    properties: {
      a: { type: 'integer', minimum: 1, default: 2, description: 'One.' },
      b: { type: 'string' },
    },
    required: ['b'],
  })
})

test('a number of cores is Kubernetes’ int-or-string', () => {
  const cores = z
    .union([z.int(), z.string().regex(/^[0-9]+m?$/)])
    .meta({ 'x-kubernetes-int-or-string': true })
  expect(structural(cores)).toEqual({
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    pattern: '^[0-9]+m?$',
    'x-kubernetes-int-or-string': true,
  })
})

test.each([
  ['a union', z.union([z.string(), z.int()])],
  ['anything at all', z.unknown()],
  ['a union inside', z.strictObject({ a: z.array(z.union([z.boolean(), z.int()])) })],
])('%s has no structural form', (_, schema) => {
  expect(() => structural(schema)).toThrow(expect.objectContaining({ code: 'NotStructural' }))
})

test('a rule about a field that is not there is a mistake of ours', () => {
  const schema = structural(z.strictObject({ a: z.string() }))
  expect(withRule(schema, 'a', { rule: 'true', message: 'm' }).properties?.a).toMatchObject({
    'x-kubernetes-validations': [{ rule: 'true' }],
  })
  expect(() => withRule(schema, 'b', { rule: 'true', message: 'm' })).toThrow(
    expect.objectContaining({ code: 'NoSuchField' }),
  )
})

interface Node {
  readonly path: string
  readonly schema: JsonSchema
}

function nodesOf(schema: JsonSchema, path: string): Node[] {
  return [
    { path, schema },
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => nodesOf(field, `${path}.${name}`)),
    ...(schema.items ? nodesOf(schema.items, `${path}[]`) : []),
    ...(typeof schema.additionalProperties === 'object'
      ? nodesOf(schema.additionalProperties, `${path}{}`)
      : []),
  ]
}

/** What the API server wants of a structural schema, and what we want of ours. */
const demands: readonly [string, (node: Node) => boolean][] = [
  ['has a type, or is an int-or-string', ({ schema }) => schema.type !== undefined || intOrString(schema)],
  [
    'has properties or additionalProperties, not both',
    ({ schema }) => !(schema.properties && schema.additionalProperties),
  ],
  [
    'has no additionalProperties: true or false',
    ({ schema }) => typeof schema.additionalProperties !== 'boolean',
  ],
  ['has no union but int-or-string', ({ schema }) => schema.anyOf === undefined || intOrString(schema)],
  [
    'has only words that Kubernetes knows',
    ({ schema }) => Object.keys(schema).every((word) => known.has(word)),
  ],
  [
    'has no default beside required',
    ({ schema }) => (schema.required ?? []).every((name) => schema.properties?.[name]?.default === undefined),
  ],
  [
    'requires only what it has',
    ({ schema }) => (schema.required ?? []).every((name) => schema.properties?.[name] !== undefined),
  ],
  [
    'has the keys of a list-map as required fields',
    ({ schema }) =>
      (schema['x-kubernetes-list-map-keys'] ?? []).every((key) => schema.items?.required?.includes(key)),
  ],
  [
    'has a list type for every list',
    ({ schema }) => schema.type !== 'array' || schema['x-kubernetes-list-type'] !== undefined,
  ],
  [
    'has a pattern without look-around or back-references',
    ({ schema }) => !unportable.test(schema.pattern ?? ''),
  ],
  [
    'has rules without look-around, on one line, with a message',
    ({ schema }) =>
      (schema['x-kubernetes-validations'] ?? []).every(
        ({ rule, message }) => !unportable.test(rule) && !/\n/.test(rule + message) && message !== '',
      ),
  ],
]
const known = new Set([
  'type',
  'description',
  'default',
  'enum',
  'pattern',
  'format',
  'nullable',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'maxProperties',
  'required',
  'properties',
  'additionalProperties',
  'items',
  'anyOf',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
])
const unportable = /\(\?[=!<]|\\[1-9]|\\[pPu]/

function intOrString(schema: JsonSchema): boolean {
  return schema['x-kubernetes-int-or-string'] === true
}

const nodes = crds().flatMap((crd) =>
  crd.spec.versions.flatMap((version) => nodesOf(version.schema.openAPIV3Schema, crd.spec.names.kind)),
)

describe.each(demands)('every field %s', (_, holds) => {
  test('', () => expect(nodes.filter((node) => !holds(node)).map(({ path }) => path)).toEqual([]))
})

test('every field has a description of more than a word', () => {
  const silent = nodes.filter(
    ({ path, schema }) =>
      !/[\]}]$/.test(path) && !path.endsWith('.metadata') && !/^\w.* .*\.$/.test(schema.description ?? ''),
  )
  expect(silent.map(({ path }) => path)).toEqual([])
})

test('every text, list and map in a spec is bounded, as the cost of rules is estimated from the bounds', () => {
  const unbounded = nodes.filter(({ path, schema }) => {
    if (!/^\w+\.spec\b/.test(path)) return false
    if (schema.type === 'string') return schema.maxLength === undefined && schema.enum === undefined
    if (schema.type === 'array') return schema.maxItems === undefined
    return schema.additionalProperties !== undefined && schema.maxProperties === undefined
  })
  expect(unbounded.map(({ path }) => path)).toEqual([])
})
