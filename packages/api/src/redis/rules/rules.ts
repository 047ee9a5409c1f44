/**
 * What a schema cannot say of single fields: contradictions between fields, and changes that can never work.
 * Each rule stands here twice, in CEL for the API server and in TypeScript for `parseRedis`; rules.test.ts proves that
 * the two agree. Bounds on every string, list and map keep the estimated cost of the CEL within Kubernetes' budget.
 */
import type { Problem } from '../../problem.ts'
import type { Redis } from '../schema.ts'
import { changeRules } from './changes.ts'
import { contradictionRules } from './contradictions.ts'
import { nameRules } from './names.ts'
import type { Rule } from './rule.ts'

export const redisRules: readonly Rule[] = [...nameRules, ...contradictionRules, ...changeRules]

/** Everything that speaks against a resource, or against replacing `old` by it. */
export function brokenRules(redis: Redis, old?: Redis): Problem[] {
  return redisRules.flatMap((rule) => rule.problems(redis, old))
}
