/** Who owns whom, by uid, over all kinds. */

import { isDeepStrictEqual } from 'node:util'
import type { KubeObject, OwnerReference, Resource } from '@orlop/kube'

export const FOREGROUND = 'foregroundDeletion'
export const ORPHAN = 'orphan'

export interface Item {
  readonly resource: Resource
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly owners: readonly OwnerReference[]
  readonly deleting: boolean
  /** Of its finalizers, those that the collector acts on. */
  readonly foreground: boolean
  readonly orphan: boolean
}

export function itemOf(resource: Resource, { metadata }: KubeObject): Item {
  const finalizers = metadata.finalizers ?? []
  return {
    resource,
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    owners: metadata.ownerReferences ?? [],
    deleting: metadata.deletionTimestamp !== undefined,
    foreground: finalizers.includes(FOREGROUND),
    orphan: finalizers.includes(ORPHAN),
  }
}

export class Graph {
  readonly #items = new Map<string, Item>()
  readonly #dependents = new Map<string, Set<string>>()

  get(uid: string): Item | undefined {
    return this.#items.get(uid)
  }

  dependentsOf(uid: string): Item[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((dependent) => this.#items.get(dependent) ?? [])
  }

  /** The uids to look at now. */
  put(item: Item): string[] {
    const old = this.#items.get(item.uid)
    if (old !== undefined && isDeepStrictEqual(old, item)) return []
    this.#unlink(old)
    this.#items.set(item.uid, item)
    for (const { uid } of item.owners) {
      const dependents = this.#dependents.get(uid) ?? new Set()
      this.#dependents.set(uid, dependents.add(item.uid))
    }
    const startsToGo = item.deleting && old?.deleting !== true
    return [
      ...(item.owners.length > 0 || item.deleting ? [item.uid] : []),
      ...(startsToGo ? this.#uidsOf(item) : []),
      ...this.#waitingOwners(item, old),
    ]
  }

  /** The uids to look at now: what it owned, and who waited for it to go. */
  remove(uid: string): string[] {
    const old = this.#items.get(uid)
    if (old === undefined) return []
    this.#items.delete(uid)
    this.#unlink(old)
    return [...this.#uidsOf(old), ...this.#waitingOwners(undefined, old)]
  }

  /** All items of a kind. */
  ofKind(isKind: (resource: Resource) => boolean): Item[] {
    return [...this.#items.values()].filter(({ resource }) => isKind(resource))
  }

  #uidsOf({ uid }: Item): string[] {
    return [...(this.#dependents.get(uid) ?? [])]
  }

  #waitingOwners(item: Item | undefined, old: Item | undefined): string[] {
    const owners = [...(item?.owners ?? []), ...(old?.owners ?? [])].map(({ uid }) => uid)
    return owners.filter((uid) => this.#items.get(uid)?.deleting === true)
  }

  #unlink(item: Item | undefined): void {
    for (const { uid } of item?.owners ?? []) {
      const dependents = this.#dependents.get(uid)
      dependents?.delete(item?.uid ?? '')
      if (dependents?.size === 0) this.#dependents.delete(uid)
    }
  }
}
