import { RedisError } from '../connect/error.ts'

/** A flat list `name, value, name, value...` (CONFIG GET, SENTINEL MASTER in RESP2) as a record. Anything not a string is left out. */
export function parsePairs(reply: unknown): Record<string, string> {
  if (!Array.isArray(reply)) throw new RedisError('Unexpected', 'the reply is not a list of pairs')
  const pairs: Record<string, string> = {}
  for (let i = 0; i + 1 < reply.length; i += 2) {
    const name: unknown = reply[i]
    const value: unknown = reply[i + 1]
    if (typeof name === 'string' && typeof value === 'string') pairs[name] = value
  }
  return pairs
}
