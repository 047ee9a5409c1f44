/** The names of everything a `Redis` makes, and the addresses by which its instances know each other. */
import type { ResolvedRedis } from '@orlop/api'

type Named = Pick<ResolvedRedis, 'metadata'>

export const redisPort = 6379
export const dataContainer = 'redis'

export const statefulSetName = (r: Named): string => r.metadata.name
export const writesServiceName = (r: Named): string => r.metadata.name
export const readsServiceName = (r: Named): string => `${r.metadata.name}-ro`
export const nodesServiceName = (r: Named): string => `${r.metadata.name}-nodes`
export const configMapName = (r: Named): string => `${r.metadata.name}-config`
export const bindingName = (r: Named): string => `${r.metadata.name}-binding`
export const budgetName = (r: Named): string => r.metadata.name
export const instanceName = (r: Named, ordinal: number): string => `${r.metadata.name}-${ordinal}`
export const claimName = (instance: string): string => `data-${instance}`

/** The Secret that holds the password: the user's, or the one made here. */
export const authSecretName = (r: Pick<ResolvedRedis, 'metadata' | 'spec'>): string =>
  r.spec.auth.secretName === '' ? `${r.metadata.name}-auth` : r.spec.auth.secretName

/** `sessions-0` -> 0; undefined for anything that is not an instance of this resource. */
export function ordinalOf(r: Named, pod: string): number | undefined {
  const prefix = `${r.metadata.name}-`
  if (!pod.startsWith(prefix)) return undefined
  const rest = pod.slice(prefix.length)
  return /^(0|[1-9]\d*)$/.test(rest) ? Number(rest) : undefined
}

/**
 * The name an instance announces and is followed by: it stays when the address changes. Without the cluster's domain,
 * which the search path of a pod adds.
 */
export const announcedHost = (r: Named, instance: string): string =>
  `${instance}.${nodesServiceName(r)}.${r.metadata.namespace ?? 'default'}.svc`

/** The instance that an announced host name (or a pod's address) belongs to. */
export function instanceOfHost(
  r: Named,
  host: string | undefined,
  instances: readonly {
    readonly name: string
    readonly pod: { readonly ip: string | undefined } | undefined
  }[],
): string | undefined {
  if (host === undefined) return undefined
  return instances.find(
    (i) => host === announcedHost(r, i.name) || host === i.pod?.ip || host.startsWith(`${i.name}.`),
  )?.name
}
