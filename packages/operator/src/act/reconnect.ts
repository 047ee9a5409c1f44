import type { Executor } from './act.ts'
import { isAsSeen } from './live-look.ts'

/** The replica keeps its data and asks its primary for what it lacks, or for all of it. */
export const reconnect: Executor<'reconnect'> = async ({ instance }, pass) => {
  if (!(await isAsSeen(instance, pass))) return
  await pass.connect(instance, (redis) => redis.command(['CLIENT', 'KILL', 'TYPE', 'master']))
}
