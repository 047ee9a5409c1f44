/**
 * What deciding produces: plain data that can be printed, stored, replayed and tested.
 * A step answers with a {@link Decision}; the first that is not `nothing` ends the pass.
 */
import type { Action } from './action.ts'

/** A CamelCase code that a person and a program can look up; listed in docs/reference/reasons.md. */
export type Reason = string

export type Decision =
  | { readonly kind: 'nothing' }
  /** Safe in any order and safe to repeat. */
  | { readonly kind: 'act'; readonly actions: readonly Action[] }
  /** Something has to happen first that nobody can hurry; `again` is when to look, in ms. */
  | { readonly kind: 'wait'; readonly reason: Reason; readonly message: string; readonly again?: number }
  /** Needs a person. What runs stays as it is. */
  | { readonly kind: 'refuse'; readonly reason: Reason; readonly message: string }

export const nothing: Decision = { kind: 'nothing' }

export function act(...actions: readonly Action[]): Decision {
  return actions.length === 0 ? nothing : { kind: 'act', actions }
}

export function wait(reason: Reason, message: string, again?: number): Decision {
  return again === undefined ? { kind: 'wait', reason, message } : { kind: 'wait', reason, message, again }
}

export function refuse(reason: Reason, message: string): Decision {
  return { kind: 'refuse', reason, message }
}

/** What speaks against doing something: the reason is what the user reads. */
export interface Objection {
  readonly reason: Reason
  readonly message: string
}

/** A named check of a policy chain: nothing to say, or an objection. */
export type Check<Input> = (input: Input) => Objection | undefined

/** An ordered list of objections as one check: the first that speaks decides. */
export function chain<Input>(...checks: readonly Check<Input>[]): Check<Input> {
  return (input) => {
    for (const check of checks) {
      const objection = check(input)
      if (objection) return objection
    }
    return undefined
  }
}
