import type { ProblemCode } from './problem.ts'

/** What is wrong with a value, and what would be right. */
export interface Wrong {
  readonly code: ProblemCode
  readonly remedy: string
}

/** A value of the wrong form. */
export function invalid(remedy: string): Wrong {
  return { code: 'InvalidValue', remedy }
}
