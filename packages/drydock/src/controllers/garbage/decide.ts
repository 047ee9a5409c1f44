/**
 * What the garbage collector does with one object. Pure; after attemptToDeleteItem and
 * processDeletingDependentsItem (kubernetes pkg/controller/garbagecollector/garbagecollector.go).
 */
import type { OwnerReference } from '@orlop/kube'
import type { Item } from './graph.ts'

/** `waiting`: it is being deleted in the foreground, and waits for what it owns. */
export type OwnerState = 'solid' | 'waiting' | 'absent'

export type Verdict =
  | { readonly kind: 'nothing' }
  /** Take its owner references off its dependents, then the finalizer off itself. */
  | { readonly kind: 'orphan'; readonly dependents: readonly Item[] }
  /** Nothing is left that its deletion waits for. */
  | { readonly kind: 'finish' }
  | { readonly kind: 'disown'; readonly keep: readonly OwnerReference[] }
  | { readonly kind: 'delete'; readonly policy: 'Background' | 'Foreground' | 'Orphan' }

const nothing: Verdict = { kind: 'nothing' }

/** @param state of each owner, by uid; asked only where it matters */
export async function decide(
  item: Item,
  dependents: readonly Item[],
  state: (owner: OwnerReference) => Promise<OwnerState>,
): Promise<Verdict> {
  if (item.deleting) return whileGoing(item, dependents)
  const known: { owner: OwnerReference; state: OwnerState }[] = []
  for (const owner of item.owners) known.push({ owner, state: await state(owner) })
  if (known.length === 0) return nothing
  const keep = known.filter((entry) => entry.state === 'solid').map(({ owner }) => owner)
  if (keep.length === known.length) return nothing
  if (keep.length > 0) return { kind: 'disown', keep }
  return {
    kind: 'delete',
    policy: policyFor(
      item,
      dependents,
      known.some((entry) => entry.state === 'waiting'),
    ),
  }
}

function whileGoing(item: Item, dependents: readonly Item[]): Verdict {
  if (item.orphan) return { kind: 'orphan', dependents }
  if (!item.foreground) return nothing
  const blocked = dependents.some(({ owners }) =>
    owners.some((owner) => owner.uid === item.uid && owner.blockOwnerDeletion === true),
  )
  return blocked ? nothing : { kind: 'finish' }
}

/** What goes with an owner that waits must itself wait for what it owns. */
function policyFor(
  item: Item,
  dependents: readonly Item[],
  ownerWaits: boolean,
): 'Background' | 'Foreground' | 'Orphan' {
  if (item.orphan) return 'Orphan'
  return item.foreground || (ownerWaits && dependents.length > 0) ? 'Foreground' : 'Background'
}
