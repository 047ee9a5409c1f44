/** What a namespace on its way says of what is left in it. Pure; the words are those of pkg/controller/namespace/deletion/status_condition_utils.go. */
import type { Namespace } from '@orlop/kube'

/** What is left, counted by kind (`configmaps.`, `deployments.apps`) and by finalizer. */
export interface Remains {
  readonly byResource: ReadonlyMap<string, number>
  readonly byFinalizer: ReadonlyMap<string, number>
}

export type NamespaceCondition = NonNullable<NonNullable<Namespace['status']>['conditions']>[number]

type Words = Pick<NamespaceCondition, 'type' | 'status' | 'reason' | 'message'>

/** @param now an RFC 3339 time, for what has changed */
export function conditionsOf(namespace: Namespace, remains: Remains, now: string): NamespaceCondition[] {
  const present = namespace.status?.conditions ?? []
  return wordsOf(remains).map((words) => {
    const old = present.find(({ type }) => type === words.type)
    const since = old?.status === words.status ? old.lastTransitionTime : undefined
    return { ...words, lastTransitionTime: since ?? now }
  })
}

function wordsOf({ byResource, byFinalizer }: Remains): Words[] {
  const fine = (type: string, reason: string, message: string): Words => ({
    type,
    status: 'False',
    reason,
    message,
  })
  return [
    fine('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    fine(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    fine(
      'NamespaceDeletionContentFailure',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    byResource.size === 0
      ? fine('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed')
      : {
          type: 'NamespaceContentRemaining',
          status: 'True',
          reason: 'SomeResourcesRemain',
          message: `Some resources are remaining: ${told(byResource, 'has')}`,
        },
    byFinalizer.size === 0
      ? fine(
          'NamespaceFinalizersRemaining',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        )
      : {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message: `Some content in the namespace has finalizers remaining: ${told(byFinalizer, 'in')}`,
        },
  ]
}

function told(counts: ReadonlyMap<string, number>, verb: string): string {
  return [...counts]
    .map(([name, count]) => `${name} ${verb} ${count} resource instances`)
    .sort()
    .join(', ')
}
