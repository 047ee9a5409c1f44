/**
 * The one way to move a primary on purpose without Sentinel. FAILOVER TO makes the primary hold back writes, wait until the
 * replica has every one of them, hand over and follow: no acknowledged write is lost. Wherever this is cut off, the servers
 * themselves know who is the primary, and the next pass adopts it.
 */
import { labels } from '@orlop/api'
import { isRedisError } from '@orlop/redis'
import { announcedHost, redisPort } from '../redis/build/names.ts'
import type { Executor } from './act.ts'
import type { Pass } from './acting.ts'
import { applyObject } from './apply.ts'
import { label } from './label.ts'

/** How long the primary may hold back writes before it gives the attempt up by itself, in ms. */
const handOverWithin = 5000
const lookEvery = 20

export const switchover: Executor<'switchover'> = async ({ from, to, configMap }, pass) => {
  await pass.connect(from, async (primary) => {
    await primary.command([
      'FAILOVER',
      'TO',
      announcedHost(pass.redis, to),
      String(redisPort),
      'TIMEOUT',
      String(handOverWithin),
    ])
  })
  await becomesPrimary(to, pass)
  await applyObject(configMap, pass)
  // The label leaves the old primary before the new one gets it; only then is it of use to send clients to look again.
  await moveLabel(from, 'replica', pass)
  await moveLabel(to, 'primary', pass)
  await sendClientsAway(from, pass)
}

async function becomesPrimary(instance: string, pass: Pass): Promise<void> {
  const deadline = pass.clock.now() + handOverWithin + 2000
  for (;;) {
    const role = await pass.connect(instance, (redis) => redis.role())
    if (role.role === 'primary') return
    if (pass.clock.now() > deadline) {
      throw new Error(
        `${instance} did not become the primary within ${handOverWithin} ms; it will be tried again`,
      )
    }
    await pass.clock.sleep(lookEvery, pass.signal)
  }
}

async function moveLabel(instance: string, role: string, pass: Pass): Promise<void> {
  const uid = pass.seen.instances.find((i) => i.name === instance)?.pod?.uid
  if (uid === undefined) return
  await label(
    { do: 'label', instance, uid, labels: { [labels.role]: role }, reason: 'RoleLabelled', message: '' },
    pass,
  )
}

/** Clients of the old primary get READONLY errors until they reconnect; closing their connections makes them look anew. */
async function sendClientsAway(from: string, pass: Pass): Promise<void> {
  try {
    await pass.connect(from, async (redis) => {
      await redis.command(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
    })
  } catch (error) {
    // A courtesy: the move itself is done, and an instance that went away has no clients left.
    if (!isRedisError(error)) throw error
    pass.log.info({ instance: from, code: error.code }, 'could not close the connections of the old primary')
  }
}
