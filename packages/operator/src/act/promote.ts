import { resources } from '@orlop/kube'
import { offsetOf } from '../observe/node.ts'
import { recordKey } from '../redis/build/config-map.ts'
import { configMapName } from '../redis/build/names.ts'
import { viewOf } from '../redis/observation.ts'
import type { Executor } from './act.ts'
import { someoneElseHoldsKeys, someoneElseServes } from './live-look.ts'

/**
 * Only after a live look at the record, and only the very process that was looked at: one that came back since may be empty,
 * and its replicas would copy that. Within one connection the process cannot change.
 */
export const promote: Executor<'promote'> = async ({ instance }, pass) => {
  const { client, namespace, redis, signal, log } = pass
  const where = { namespace, name: configMapName(redis) }
  const configMap = await client.get(resources.configMaps, where, { signal })
  const record = configMap.data?.[recordKey]
  if (record !== instance) {
    log.info({ instance, record }, 'the record of the primary changed; looking again')
    return
  }
  if (await someoneElseServes(instance, pass)) return
  const chosen = viewOf(pass.seen.instances.find((i) => i.name === instance))?.runId
  await pass.connect(instance, async (connection) => {
    const info = await connection.info()
    const { runId } = info.server
    if (runId !== chosen) {
      log.info({ instance, runId, chosen }, 'the instance restarted after it was chosen; looking again')
      return
    }
    const empty = info.keys() === 0
    if (empty && (await someoneElseHoldsKeys(instance, offsetOf(info.replication), pass))) return
    await connection.command(['REPLICAOF', 'NO', 'ONE'])
  })
}
