/** What a check is, and what it finds. */
import type { Surroundings } from './surroundings.ts'

/** `unknown`: it could not be looked at; that is told, and is neither good nor bad. */
export type Result = 'ok' | 'warn' | 'fail' | 'unknown'

export interface Finding {
  readonly result: Result
  /** What was seen, in one line. */
  readonly seen: string
  /** One line each: what belongs to it and would not fit. */
  readonly details?: readonly string[]
  /** What to do; a command where there is one. */
  readonly remedy?: string
}

export interface Check {
  /** Stable; the section of docs/doctor.md. */
  readonly name: string
  readonly title: string
  /** Throws what the API server throws: whoever runs checks makes a finding of it. */
  readonly run: (look: Surroundings) => Promise<Finding>
}

/** A finding as it is told: by which check. */
export interface Told extends Finding {
  readonly check: string
  readonly title: string
}
