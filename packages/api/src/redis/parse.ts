/** Reading a Redis resource from anywhere: a file, the API server, a test. */
import { problemsOf, withoutUnknownFields } from '../issues.ts'
import type { Problem } from '../problem.ts'
import { brokenRules } from './rules/rules.ts'
import { type Redis, RedisSchema } from './schema.ts'

export type Parsed =
  | { readonly ok: true; readonly redis: Redis }
  | { readonly ok: false; readonly problems: readonly Problem[] }

export interface ParseOptions {
  /**
   * What a field is that the schema does not have. `refuse` (the default): a mistake of the person who wrote it.
   * `ignore`: for an operator older than the CustomResourceDefinition, to which the API server gives the defaults of
   * fields it has never heard of.
   */
  readonly unknownFields?: 'refuse' | 'ignore'
  /** What stands there now: changes that can never work are problems, too. */
  readonly replaces?: Redis
}

/** Never throws, and leaves the object as it is. Beside unknown fields, the problems are those the API server names. */
export function parseRedis(
  object: unknown,
  { unknownFields = 'refuse', replaces }: ParseOptions = {},
): Parsed {
  const first = RedisSchema.safeParse(object)
  const result =
    first.success || unknownFields === 'refuse'
      ? first
      : RedisSchema.safeParse(withoutUnknownFields(first.error, object))
  if (!result.success) return { ok: false, problems: problemsOf(result.error, object) }
  const problems = brokenRules(result.data, replaces)
  return problems.length > 0 ? { ok: false, problems } : { ok: true, redis: result.data }
}
