/** The pod and the claims of one ordinal. Pure. */
import type { OwnerReference, PersistentVolumeClaim, Pod, StatefulSet } from '@orlop/kube'
import type { PodTemplate, Volume } from '../wire.ts'
import { claimName, POD_INDEX_LABEL, POD_NAME_LABEL, podName, REVISION_LABEL } from './ordinal.ts'
import { retentionOwners } from './retention.ts'

export function setOwner(set: StatefulSet): OwnerReference {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    name: set.metadata.name,
    uid: set.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}

export function identityLabels(set: StatefulSet, ordinal: number): Record<string, string> {
  return { [POD_NAME_LABEL]: podName(set, ordinal), [POD_INDEX_LABEL]: String(ordinal) }
}

export function newPod(set: StatefulSet, template: PodTemplate, revision: string, ordinal: number): Pod {
  const name = podName(set, ordinal)
  const spec = template.spec ?? { containers: [] }
  const volumes = claimVolumes(set, ordinal, spec.volumes ?? [])
  const annotations = template.metadata?.annotations
  const finalizers = template.metadata?.finalizers
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? 'default',
      labels: { ...template.metadata?.labels, ...identityLabels(set, ordinal), [REVISION_LABEL]: revision },
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [setOwner(set)],
    },
    spec: {
      ...spec,
      hostname: name,
      ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  }
}

/** A claim template takes the place of a volume with its name. */
function claimVolumes(set: StatefulSet, ordinal: number, volumes: readonly Volume[]): Volume[] {
  const templates = (set.spec?.volumeClaimTemplates ?? []).map((template) => template.metadata?.name ?? '')
  return [
    ...templates.map((name) => ({
      name,
      persistentVolumeClaim: { claimName: claimName(name, set, ordinal) },
    })),
    ...volumes.filter((volume) => !templates.includes(volume.name)),
  ]
}

export function newClaims(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => {
    const { name = '', labels, annotations } = template.metadata ?? {}
    const owners = retentionOwners(set, undefined)
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: claimName(name, set, ordinal),
        namespace: set.metadata.namespace ?? 'default',
        labels: { ...labels, ...set.spec?.selector.matchLabels },
        ...(annotations === undefined ? {} : { annotations }),
        ...(owners.length > 0 ? { ownerReferences: owners } : {}),
      },
      ...(template.spec === undefined ? {} : { spec: template.spec }),
    }
  })
}
