/**
 * A plan is made from what was seen, and a moment passes before it is carried out: an operator may be paused in between, and its
 * caches lag. What could cost data is done only after another look at the very servers it is about.
 */
import { isNotFound, resources } from '@orlop/kube'
import { isRedisError } from '@orlop/redis'
import { mapBounded } from '../bounded.ts'
import { offsetOf } from '../observe/node.ts'
import { dataContainer } from '../redis/build/names.ts'
import { type Instance, mayHoldData, viewOf } from '../redis/observation.ts'
import type { Pass } from './acting.ts'

const asking = 16

/** Whether the instance is the process that was seen, in the same role. Throws where it does not answer. */
export async function isAsSeen(name: string, pass: Pass): Promise<boolean> {
  const seen = viewOf(pass.seen.instances.find((i) => i.name === name))
  const same = await pass.connect(name, async (redis) => {
    const { server, replication } = await redis.info()
    return server.runId === seen?.runId && replication.role === seen.role
  })
  if (!same) pass.log.info({ instance: name }, 'the instance is not what it was seen as; looking again')
  return same
}

/**
 * Whether another instance serves by now, or could: one that was seen as a replica, or one whose process was said to have ended
 * and which runs again.
 */
export async function someoneElseServes(name: string, pass: Pass): Promise<boolean> {
  const others = pass.seen.instances.filter((i) => i.name !== name && i.pod !== undefined)
  const serving = await mapBounded(others, asking, async (other) => {
    // One that was seen serving is part of the plan.
    if (other.answer.ok) return viewOf(other)?.role === 'replica' && (await servesNow(other, pass))
    return !mayHoldData(other) && (await runsNow(other, pass))
  })
  const found = others.filter((_, i) => serving[i] === true).map((other) => other.name)
  if (found.length > 0) pass.log.info({ instance: name, found }, 'others serve or run again; looking again')
  return found.length > 0
}

/**
 * Whether another instance holds keys at this offset of the stream or farther: it would be emptied by following one that is empty. One
 * that is behind may hold what was deleted since. One that cannot be asked was judged by the plan.
 */
export async function someoneElseHoldsKeys(name: string, offset: number, pass: Pass): Promise<boolean> {
  const others = pass.seen.instances.filter((i) => i.name !== name && (i.pod?.ip ?? '') !== '')
  const holding = await mapBounded(others, asking, async (other) => {
    try {
      return await pass.connect(other.name, async (redis) => {
        const info = await redis.info()
        return info.keys() > 0 && offsetOf(info.replication) >= offset
      })
    } catch (error) {
      if (isRedisError(error)) return false
      throw error
    }
  })
  const found = others.filter((_, i) => holding[i] === true).map((other) => other.name)
  if (found.length > 0)
    pass.log.info({ instance: name, found }, 'it is empty and others hold keys; looking again')
  return found.length > 0
}

async function servesNow({ name }: Instance, pass: Pass): Promise<boolean> {
  try {
    return await pass.connect(name, async (redis) => (await redis.role()).role === 'primary')
  } catch (error) {
    // It answered a moment ago as a replica: with its process, no more than a copy is gone.
    if (isRedisError(error)) return false
    throw error
  }
}

async function runsNow({ name }: Instance, { client, namespace, signal }: Pass): Promise<boolean> {
  try {
    const pod = await client.get(resources.pods, { namespace, name }, { signal })
    return pod.status?.containerStatuses?.find((c) => c.name === dataContainer)?.state?.running !== undefined
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}
