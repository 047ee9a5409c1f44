import { expect, test } from 'vitest'
import { renderReference } from './reference.ts'

test('a page has a row for every field, and what is refused', () => {
  const page = renderReference({
    kind: 'Box',
    apiVersion: 'example.com/v1',
    introduction: 'A box.',
    schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          required: ['size'],
          'x-kubernetes-validations': [{ rule: 'true', message: 'spec.size must fit' }],
          properties: {
            size: { type: 'string', description: 'How large | small.' },
            count: { type: 'integer', minimum: 1, maximum: 3, default: 2, description: 'How many.' },
            items: {
              type: 'array',
              default: [],
              description: 'What is in it.',
              items: { type: 'object', properties: { name: { type: 'string', description: 'Its name.' } } },
            },
          },
        },
      },
    },
  })
  expect(page.split('\n').filter((line) => line.startsWith('| `'))).toEqual([
    '| `spec.size` | string | **required** | How large \\| small. |',
    '| `spec.count` | integer from 1 to 3 | `2` | How many. |',
    '| `spec.items` | list of objects | `[]` | What is in it. |',
    '| `spec.items[].name` | string |  | Its name. |',
  ])
  expect(page).toContain('- spec.size must fit.\n')
})
