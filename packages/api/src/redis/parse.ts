/** Reading a Redis resource from anywhere: a file, the API server, a test. Strict: an unknown field is a mistake. */
import { problemsOf } from '../issues.ts'
import type { Problem } from '../problem.ts'
import { brokenRules } from './rules/rules.ts'
import { type Redis, RedisSchema } from './schema.ts'

export type Parsed =
  | { readonly ok: true; readonly redis: Redis }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * Never throws. With `replaces`, changes that can never work are problems too. The problems are those that the API server would name, and unknown fields, which it drops silently.
 */
export function parseRedis(object: unknown, replaces?: Redis): Parsed {
  const result = RedisSchema.safeParse(object)
  if (!result.success) return { ok: false, problems: problemsOf(result.error, object) }
  const problems = brokenRules(result.data, replaces)
  return problems.length > 0 ? { ok: false, problems } : { ok: true, redis: result.data }
}
