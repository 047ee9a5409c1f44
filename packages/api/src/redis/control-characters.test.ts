import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redisInput } from '../../testing/redis.ts'
import type { JsonSchema } from '../crd/json-schema.ts'
import { redisJsonSchema } from './crd.ts'
import { parseRedis } from './parse.ts'

interface Leaf {
  /** `[]` stands for an item of a list, `{}` for a value of a map. */
  readonly path: readonly string[]
  readonly schema: JsonSchema
}

/** Every place in the spec that takes text of a person. */
function leavesOf(schema: JsonSchema, path: readonly string[]): Leaf[] {
  if (schema['x-kubernetes-preserve-unknown-fields'] || schema.enum) return []
  if (schema.type === 'string' || schema['x-kubernetes-int-or-string']) return [{ path, schema }]
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => leavesOf(field, [...path, name])),
    ...(schema.items ? leavesOf(schema.items, [...path, '[]']) : []),
    ...(typeof schema.additionalProperties === 'object'
      ? leavesOf(schema.additionalProperties, [...path, '{}'])
      : []),
  ]
}

/** The object that holds nothing but `value` at `path`. */
function nest(path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path
  if (name === undefined) return value
  if (name === '[]') return [nest(rest, value)]
  return { [name === '{}' ? 'hz' : name]: nest(rest, value) }
}

const leaves = leavesOf(redisJsonSchema().properties?.spec ?? {}, [])
const control = fc.integer({ min: 0, max: 0x20 }).map((n) => String.fromCharCode(n === 0x20 ? 0x7f : n))

test('there are many such fields', () => {
  expect(leaves.length).toBeGreaterThan(25)
})

describe.each(leaves.map((leaf) => [leaf.path.join('.'), leaf] as const))(
  'spec.%s',
  (_, { path, schema }) => {
    test('takes no control character, by parseRedis and by the pattern of the schema', () => {
      const pattern = new RegExp(schema.pattern ?? '')
      fc.assert(
        fc.property(
          fc.string({ maxLength: 8 }),
          control,
          fc.string({ maxLength: 8 }),
          (before, character, after) => {
            const value = before + character + after
            expect(pattern.test(value)).toBe(false)
            const spec = Object.assign({ memory: '256Mi' }, nest(path, value))
            const parsed = parseRedis({ ...redisInput(), spec })
            const refused = parsed.ok ? [] : parsed.problems.filter((problem) => problem.value === value)
            expect(refused.length).toBeGreaterThan(0)
          },
        ),
        { numRuns: 20 },
      )
    })
  },
)

test('nor does the name of a directive or a label', () => {
  for (const spec of [{ config: { 'hz\nport': '1' } }, { pod: { labels: { 'a\nb': 'c' } } }]) {
    expect(parseRedis(redisInput(spec)).ok).toBe(false)
  }
})
