import { resources } from '@orlop/kube'
import { recordKey } from '../redis/build/config-map.ts'
import { configMapName } from '../redis/build/names.ts'
import type { Executor } from './act.ts'

/** Only after a live look at the record: a promotion that was decided on an old view must not happen. */
export const promote: Executor<'promote'> = async ({ instance }, pass) => {
  const { client, namespace, redis, signal, log } = pass
  const where = { namespace, name: configMapName(redis) }
  const configMap = await client.get(resources.configMaps, where, { signal })
  const record = configMap.data?.[recordKey]
  if (record !== instance) {
    log.info({ instance, record }, 'the record of the primary changed; looking again')
    return
  }
  await pass.connect(instance, async (connection) => {
    await connection.command(['REPLICAOF', 'NO', 'ONE'])
  })
}
