/** From what Zod found to problems that a person can act on. */
import type { z } from 'zod'
import { pathOf } from './field-path.ts'
import type { Problem } from './problem.ts'

export function problemsOf(error: z.ZodError, object: unknown): Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: pathOf([...issue.path, key]),
        value: valueAt(object, [...issue.path, key]),
        message: 'is not a field of this kind; leave it out',
      }))
    }
    const value = valueAt(object, issue.path)
    const message = issue.code !== 'custom' && value === undefined ? 'is required' : messageOf(issue)
    return [{ field: pathOf(issue.path), value, message }]
  })
}

/** Zod says "Invalid input: expected string, received number"; our own messages are taken as they are. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be ${listed(issue.values.map(String))}`
  const expected = /^Invalid input: expected (\w+)/.exec(issue.message)?.[1]
  if (expected) return `must be of type ${expected === 'int' ? 'integer' : expected}`
  if (issue.code === 'too_big' && issue.origin === 'number') return `must be at most ${issue.maximum}`
  if (issue.code === 'too_small' && issue.origin === 'number') return `must be at least ${issue.minimum}`
  return issue.message
}

function listed(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function valueAt(object: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined),
    object,
  )
}

/** A copy of the object without the fields that Zod did not know. */
export function withoutUnknownFields(error: z.ZodError, object: unknown): unknown {
  const copy: unknown = structuredClone(object)
  for (const issue of error.issues) {
    if (issue.code !== 'unrecognized_keys') continue
    const parent = valueAt(copy, issue.path)
    if (typeof parent !== 'object' || parent === null) continue
    for (const key of issue.keys) Reflect.deleteProperty(parent, key)
  }
  return copy
}
