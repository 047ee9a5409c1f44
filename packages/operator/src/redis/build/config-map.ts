/** What every instance reads when it starts: its configuration, the scripts, and who the primary is. */
import type { ResolvedRedis } from '@orlop/api'
import type { ConfigMap } from '@orlop/kube'
import { renderConfig } from './config.ts'
import { metadataFor, stamped } from './metadata.ts'
import { configMapName } from './names.ts'
import { aliveScript, readyScript, startScript } from './start-script.ts'

export const recordKey = 'primary'

/**
 * `resourceVersion`, where given, makes the write fail if somebody changed the map since it was seen: the record of the
 * primary must never be overwritten by a view of the past.
 */
export function buildConfigMap(
  redis: ResolvedRedis,
  record: string | undefined,
  resourceVersion: string | undefined,
): ConfigMap {
  const map = stamped<ConfigMap>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataFor(redis, configMapName(redis)),
    data: {
      'redis.conf': renderConfig(redis),
      'start.sh': startScript(redis),
      'ready.sh': readyScript,
      'alive.sh': aliveScript,
      instances: String(redis.spec.instances),
      persistence: redis.spec.persistence.mode.includes('aof') ? 'aof' : redis.spec.persistence.mode,
      [recordKey]: record ?? '',
    },
  })
  return resourceVersion === undefined ? map : { ...map, metadata: { ...map.metadata, resourceVersion } }
}
