import { redisResource } from '@orlop/api'
import type { Executor } from './act.ts'
import { applyObject } from './apply.ts'

/** Only after a live look at the resource; the StatefulSet carries the resourceVersion it was seen at. */
export const scaleIn: Executor<'scaleIn'> = async ({ statefulSet, generation }, pass) => {
  const where = { namespace: pass.namespace, name: pass.redis.metadata.name }
  const { metadata } = await pass.client.get(redisResource, where, { signal: pass.signal })
  if (metadata.generation !== generation) {
    pass.log.info({ seen: generation, now: metadata.generation }, 'the resource changed; looking again')
    return
  }
  await applyObject(statefulSet, pass)
}
