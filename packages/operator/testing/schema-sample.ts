/** Values for a schema: legal ones, those on the edges, and some that are wrong. */
import type { JsonSchema } from '@orlop/api'

export type { JsonSchema }

const quantity = /Ki\|Mi/
const duration = /\(ms\|s\|m\|h\)/

export function sampleOf(schema: JsonSchema): unknown[] {
  if (schema.enum) return [...schema.enum, 'no-such-value']
  switch (schema.type) {
    case 'boolean':
      return [true, false]
    case 'integer': {
      const { minimum = 0, maximum = minimum + 10 } = schema
      return [minimum - 1, minimum, minimum + 1, maximum, maximum + 1]
    }
    case 'array':
      return [[], 'wrong']
    case 'object':
      return [{}, { a: 'b' }, { a: 1 }]
    default:
      return textFor(schema)
  }
}

function textFor({ pattern = '', maxLength = 100 }: JsonSchema): unknown[] {
  if (quantity.test(pattern)) return ['64Mi', '33Mi', '1', '0', '999999Ti', 'INVALID', '-1Mi']
  if (duration.test(pattern)) return ['1ms', '9999999h', '0s', 'INVALID']
  return ['does-not-exist', 'a\nb', 'x'.repeat(maxLength + 1), 7]
}
