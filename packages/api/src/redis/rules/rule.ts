/** The form of a rule. */
import type { Validation } from '../../crd/json-schema.ts'
import type { Problem } from '../../problem.ts'
import type { Redis } from '../schema.ts'

export interface Rule {
  /** The field whose value is `self`, as a path; empty for the whole object. */
  readonly at: string
  readonly validation: Validation
  /** The same as `validation`; `old` is what is being replaced, for rules about changes. */
  readonly problems: (redis: Redis, old?: Redis) => Problem[]
}

export function problem(field: string, value: unknown, message: string): Problem {
  return { field, value, message }
}

/** A string in CEL. What is written here holds no quotes; backslashes are doubled. */
export function celText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\')}'`
}
