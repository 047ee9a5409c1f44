import { redisResource } from '@orlop/api'
import type { Executor } from './act.ts'
import { applyObject } from './apply.ts'
import { isAsSeen } from './live-look.ts'

/** Only after a live look at the resource and at the primary that stays; the StatefulSet carries the resourceVersion it was seen at. */
export const scaleIn: Executor<'scaleIn'> = async ({ statefulSet, generation }, pass) => {
  const where = { namespace: pass.namespace, name: pass.redis.metadata.name }
  const { metadata } = await pass.client.get(redisResource, where, { signal: pass.signal })
  if (metadata.generation !== generation) {
    pass.log.info({ seen: generation, now: metadata.generation }, 'the resource changed; looking again')
    return
  }
  const primary = pass.seen.record
  if (primary === undefined || !(await isAsSeen(primary, pass))) return
  await applyObject(statefulSet, pass)
}
