/** Labels, annotations and owner of everything a `Redis` makes. */
import { createHash } from 'node:crypto'
import { labels, type ResolvedRedis, redisResource } from '@orlop/api'
import { apiVersionOf, canonicalJson, type KubeObject, type Metadata, ownerReference } from '@orlop/kube'

/** The hash of what was applied last: an object that carries the wanted one is not written again. */
export const appliedAnnotation = 'orlop.dev/applied'

/** What selects the pods of one resource; immutable in a StatefulSet, so never add to it. */
export function selectorLabels(redis: ResolvedRedis): Record<string, string> {
  return { 'app.kubernetes.io/managed-by': 'orlop', [labels.redis]: redis.metadata.name }
}

export function commonLabels(redis: ResolvedRedis): Record<string, string> {
  return {
    ...selectorLabels(redis),
    'app.kubernetes.io/name': redis.spec.engine,
    'app.kubernetes.io/instance': redis.metadata.name,
    'app.kubernetes.io/part-of': redis.metadata.name,
    'app.kubernetes.io/component': 'cache',
  }
}

export function metadataFor(
  redis: ResolvedRedis,
  name: string,
  more: { labels?: Record<string, string>; annotations?: Record<string, string>; owned?: boolean } = {},
): Metadata {
  const owner = {
    apiVersion: apiVersionOf(redisResource),
    kind: redisResource.kind,
    metadata: redis.metadata,
  }
  return {
    name,
    namespace: redis.metadata.namespace ?? 'default',
    labels: { ...commonLabels(redis), ...more.labels },
    ...(more.annotations ? { annotations: more.annotations } : {}),
    ...(more.owned === false ? {} : { ownerReferences: [ownerReference(owner, { controller: true })] }),
  }
}

/** A short, stable fingerprint of any JSON value; key order does not matter. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16)
}

/** The object with the fingerprint of itself noted in its annotations. */
export function stamped<T extends KubeObject>(object: T): T {
  const annotations = { ...object.metadata.annotations, [appliedAnnotation]: fingerprint(object) }
  return { ...object, metadata: { ...object.metadata, annotations } }
}
