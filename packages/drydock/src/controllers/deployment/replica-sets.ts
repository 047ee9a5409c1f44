/** The ReplicaSets of a Deployment: which is the new one, and which are history. Pure. */

import { isDeepStrictEqual } from 'node:util'
import type { Deployment, ReplicaSet } from '@orlop/kube'
import { revisionHash } from '../revision-hash.ts'
import type { PodTemplate } from '../wire.ts'
import { ownerOf } from '../workloads/pod-from.ts'
import { DESIRED, MOST } from './proportion.ts'

export const HASH_LABEL = 'pod-template-hash'
export const REVISION = 'deployment.kubernetes.io/revision'
/** Numbers that a template had before it returned. */
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'

export interface Split {
  readonly fresh: ReplicaSet | undefined
  readonly old: readonly ReplicaSet[]
}

export function split(deployment: Deployment, sets: readonly ReplicaSet[]): Split {
  const template = deployment.spec?.template ?? {}
  // Of twins the oldest is the one: another would make two of every pod.
  const oldestFirst = sets.toSorted((a, b) => age(a) - age(b))
  const fresh = oldestFirst.find((set) => isDeepStrictEqual(withoutHash(set.spec?.template), template))
  return { fresh, old: oldestFirst.filter((set) => set !== fresh) }
}

export function newReplicaSet(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  replicas: number,
  annotations: Readonly<Record<string, string>>,
): ReplicaSet {
  const { name, namespace = 'default' } = deployment.metadata
  const template = deployment.spec?.template ?? {}
  const hash = revisionHash(template, deployment.status?.collisionCount ?? 0)
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash }
  const selector = deployment.spec?.selector ?? {}
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: {
        ...copiedAnnotations(deployment),
        ...annotations,
        [REVISION]: String(nextRevision(sets)),
      },
      ownerReferences: [ownerOf(deployment)],
    },
    spec: {
      replicas,
      ...(deployment.spec?.minReadySeconds === undefined
        ? {}
        : { minReadySeconds: deployment.spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }
}

/** What a Deployment says of its roll-outs (`kubernetes.io/change-cause`) is kept with each of them. */
export function copiedAnnotations({ metadata }: Deployment): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([name]) => !own.has(name)))
}

/** Said of the Deployment itself, or of one set. */
const own: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED,
  MOST,
  'deprecated.deployment.rollback.to',
])

export const revisionOf = (set: ReplicaSet): number => Number(set.metadata.annotations?.[REVISION] ?? 0)

export function nextRevision(sets: readonly ReplicaSet[]): number {
  return Math.max(0, ...sets.map(revisionOf)) + 1
}

/** Empty, finished with, and more than revisionHistoryLimit asks to keep. */
export function expiredSets(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const empty = old.filter(
    (set) =>
      (set.spec?.replicas ?? 0) === 0 &&
      (set.status?.replicas ?? 0) === 0 &&
      set.metadata.deletionTimestamp === undefined,
  )
  empty.sort((a, b) => revisionOf(a) - revisionOf(b))
  return empty.slice(0, Math.max(0, empty.length - (deployment.spec?.revisionHistoryLimit ?? 10)))
}

function withoutHash(template: PodTemplate | undefined): PodTemplate {
  const { [HASH_LABEL]: _hash, ...labels } = template?.metadata?.labels ?? {}
  return { ...template, metadata: { ...template?.metadata, labels } }
}

const age = (set: ReplicaSet): number => Date.parse(set.metadata.creationTimestamp ?? '') || 0
