import { redisPort } from '../redis/build/names.ts'
import type { Executor } from './act.ts'
import { isAsSeen } from './live-look.ts'

/**
 * REPLICAOF throws data away: it is sent only while the instance is what it was seen as, and while the primary still is one. Two that
 * changed places meanwhile would follow each other.
 */
export const replicate: Executor<'replicate'> = async ({ instance, from }, pass) => {
  const primary = pass.seen.record
  if (primary === undefined || !(await isAsSeen(primary, pass)) || !(await isAsSeen(instance, pass))) return
  await pass.connect(instance, async (redis) => {
    await redis.command(['REPLICAOF', from, String(redisPort)])
    // Whoever wrote here on the strength of an old address shall ask again where the primary is.
    await redis.command(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
  })
}
