/**
 * The history of a StatefulSet's template, as ControllerRevisions. Pure: what there is in, what to write out.
 * `kubectl rollout undo` reads these, so that their data is the patch the real controller stores.
 */

import { isDeepStrictEqual } from 'node:util'
import type { ControllerRevision, Pod, StatefulSet } from '@orlop/kube'
import { revisionHash } from '../revision-hash.ts'
import type { PodTemplate } from '../wire.ts'
import type { Revision } from './observed.ts'
import { REVISION_LABEL } from './ordinal.ts'
import { setOwner } from './pod.ts'

const HASH_LABEL = 'controller.kubernetes.io/hash'

export interface History {
  readonly current: Revision
  readonly update: Revision
  /** status.collisionCount: how often a name was taken by a revision with other data */
  readonly collisionCount: number
  /** Create it, or where `exists` raise its number to be the newest again (a roll back). */
  readonly write?: { readonly revision: ControllerRevision; readonly exists: boolean }
  /** Beyond revisionHistoryLimit and in use by nobody. */
  readonly expired: readonly ControllerRevision[]
}

export function history(
  set: StatefulSet,
  revisions: readonly ControllerRevision[],
  pods: readonly Pod[],
): History {
  const template = templateOf(set)
  const newest = Math.max(0, ...revisions.map((revision) => revision.revision))
  const { name, collisionCount, existing } = nameFor(set, template, revisions)
  const update = { name, template }
  const current = revisions.find((revision) => revision.metadata.name === set.status?.currentRevision)
  const write =
    existing === undefined
      ? { revision: newRevision(set, name, template, newest + 1), exists: false }
      : existing.revision < newest
        ? { revision: { ...existing, revision: newest + 1 }, exists: true }
        : undefined
  const inUse = new Set([
    name,
    current?.metadata.name,
    ...pods.map((p) => p.metadata.labels?.[REVISION_LABEL]),
  ])
  return {
    current:
      current === undefined ? update : { name: current.metadata.name, template: storedTemplate(current) },
    update,
    collisionCount,
    ...(write === undefined ? {} : { write }),
    expired: expired(revisions, inUse, set.spec?.revisionHistoryLimit ?? 10),
  }
}

function nameFor(
  set: StatefulSet,
  template: PodTemplate,
  revisions: readonly ControllerRevision[],
): { name: string; collisionCount: number; existing: ControllerRevision | undefined } {
  for (let collisionCount = set.status?.collisionCount ?? 0; ; collisionCount++) {
    const name = `${set.metadata.name}-${revisionHash(template, collisionCount)}`
    const existing = revisions.find((revision) => revision.metadata.name === name)
    if (existing === undefined || isDeepStrictEqual(storedTemplate(existing), template)) {
      return { name, collisionCount, existing }
    }
  }
}

function newRevision(
  set: StatefulSet,
  name: string,
  template: PodTemplate,
  revision: number,
): ControllerRevision {
  const data = { spec: { template: { ...template, $patch: 'replace' } } }
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace: set.metadata.namespace ?? 'default',
      labels: {
        ...set.spec?.template.metadata?.labels,
        [HASH_LABEL]: name.slice(set.metadata.name.length + 1),
      },
      ownerReferences: [setOwner(set)],
    },
    data,
    revision,
  }
}

function expired(
  revisions: readonly ControllerRevision[],
  inUse: ReadonlySet<string | undefined>,
  limit: number,
): ControllerRevision[] {
  const unused = revisions
    .filter((revision) => !inUse.has(revision.metadata.name))
    .sort((a, b) => a.revision - b.revision)
  return unused.slice(0, Math.max(0, unused.length - limit))
}

function templateOf(set: StatefulSet): PodTemplate {
  return set.spec?.template ?? {}
}

/** Its data is what this file wrote: `{spec: {template: {...}}}`. */
function storedTemplate({ data }: ControllerRevision): PodTemplate {
  const stored: { spec?: { template?: PodTemplate } } = data ?? {}
  const { metadata, spec } = stored.spec?.template ?? {}
  return { ...(metadata === undefined ? {} : { metadata }), ...(spec === undefined ? {} : { spec }) }
}
