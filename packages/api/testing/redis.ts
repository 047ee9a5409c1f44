/** Resources for tests: the smallest one, and others made from it. */
import { parseRedis } from '../src/redis/parse.ts'
import type { Redis, RedisInput } from '../src/redis/schema.ts'
import { apiVersion } from '../src/redis/schema.ts'

export function redisInput(spec: Partial<RedisInput['spec']> = {}, name = 'sessions'): RedisInput {
  return { apiVersion, kind: 'Redis', metadata: { name }, spec: { memory: '256Mi', ...spec } }
}

/** With the schema's defaults; throws if it is refused. */
export function redis(spec: Partial<RedisInput['spec']> = {}, name = 'sessions'): Redis {
  const parsed = parseRedis(redisInput(spec, name))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.redis
}

/** The problems of anything at all; empty when it is accepted. */
export function problemsOf(
  object: unknown,
  replaces?: Redis,
): { field: string; value: unknown; message: string }[] {
  const parsed = parseRedis(object, replaces && { replaces })
  return parsed.ok ? [] : [...parsed.problems]
}
