/** The Secret with the password, and the one by which applications bind (servicebinding.io). */
import type { ResolvedRedis } from '@orlop/api'
import type { Secret } from '@orlop/kube'
import type { BindingAddress } from '../../action.ts'
import { metadataFor } from './metadata.ts'
import { authSecretName, bindingName, redisPort, writesServiceName } from './names.ts'

/** Without the password, which the executor generates. Kept with the volumes when these are retained. */
export function buildAuthSecret(redis: ResolvedRedis): Secret {
  const keep = redis.spec.persistence.mode !== 'none' && redis.spec.persistence.storage.retain
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadataFor(redis, authSecretName(redis), { owned: !keep }),
    type: 'Opaque',
  }
}

export function bindingAddress(redis: ResolvedRedis): BindingAddress {
  return {
    host: `${writesServiceName(redis)}.${redis.metadata.namespace ?? 'default'}.svc`,
    port: redisPort,
    username: 'default',
  }
}

/** The annotation says which password it was made from, so that a new one is noticed without reading either. */
export const bindingRevision = 'orlop.dev/password-revision'

export function buildBindingSecret(redis: ResolvedRedis, revision: string): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadataFor(redis, bindingName(redis), { annotations: { [bindingRevision]: revision } }),
    type: 'servicebinding.io/redis',
  }
}
