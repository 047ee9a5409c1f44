/** A step of the plan: a pure function from what was seen to a decision. */
import type { ResolvedRedis } from '@orlop/api'
import type { Decision } from '../decision.ts'
import type { Observation } from './observation.ts'

export interface StepInput {
  readonly redis: ResolvedRedis
  readonly seen: Observation
}

export type Step = (input: StepInput) => Decision
