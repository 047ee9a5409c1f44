import { expect, test } from 'vitest'
import { z } from 'zod'
import { toJsonSchema } from './json-schema.ts'
import { renderInterfaces } from './typescript.ts'

const schema = z.strictObject({
  size: z.string().describe('How large.'),
  mode: z.enum(['a', 'b']).exactOptional(),
  inner: z.strictObject({ count: z.int().default(1), 'dashed-name': z.boolean().nullable() }),
  items: z.array(z.strictObject({ name: z.string() })).default([]),
  map: z.record(z.string(), z.string()).exactOptional(),
})

test('what stands there after defaulting', () => {
  expect(renderInterfaces(toJsonSchema(schema, 'output'), 'Box', 'Spec', '')).toBe(`export interface BoxSpec {
  /** How large. */
  size: string
  mode?: 'a' | 'b'
  inner: BoxInner
  items: BoxItem[]
  map?: Record<string, string>
}

export interface BoxInner {
  count: number
  'dashed-name': boolean | null
}

export interface BoxItem {
  name: string
}
`)
})

test('what a person writes may leave out what has a default', () => {
  const text = renderInterfaces(toJsonSchema(schema, 'input'), 'Box', 'Spec', 'Input')
  expect(text).toContain('  count?: number | undefined\n')
  expect(text).toContain('  items?: BoxItemInput[] | undefined\n')
  expect(text).toContain('  size: string\n')
})
