/** Pods of workloads whose pods have no identity. Pure. */
import type { KubeObject, OwnerReference, Pod } from '@orlop/kube'
import { revisionHash } from '../revision-hash.ts'
import type { PodTemplate } from '../wire.ts'

export function ownerOf(owner: KubeObject): OwnerReference {
  const { name, uid = '' } = owner.metadata
  const { apiVersion, kind } = owner
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
}

/**
 * The first `count` names of the owner's own endless series that are not in use.
 * A create repeated from a stale cache asks for the same name again and meets AlreadyExists,
 * where a random name would have made one pod too many.
 */
export function unusedNames(owner: KubeObject, count: number, used: ReadonlySet<string>): string[] {
  const names: string[] = []
  for (let index = 0; names.length < count; index++) {
    const name = `${owner.metadata.name.slice(0, 57)}-${revisionHash([owner.metadata.uid, index]).slice(0, 5)}`
    if (!used.has(name) && !names.includes(name)) names.push(name)
  }
  return names
}

export function podFrom(
  owner: KubeObject,
  template: PodTemplate,
  name: string,
  labels: Record<string, string> = {},
): Pod {
  const { annotations, finalizers } = template.metadata ?? {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? 'default',
      labels: { ...template.metadata?.labels, ...labels },
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [ownerOf(owner)],
    },
    spec: template.spec ?? { containers: [] },
  }
}
