import { redisPort } from '../redis/build/names.ts'
import type { Executor } from './act.ts'

export const replicate: Executor<'replicate'> = async ({ instance, from }, pass) => {
  await pass.connect(instance, async (redis) => {
    await redis.command(['REPLICAOF', from, String(redisPort)])
    // Whoever wrote here on the strength of an old address shall ask again where the primary is.
    await redis.command(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
  })
}
