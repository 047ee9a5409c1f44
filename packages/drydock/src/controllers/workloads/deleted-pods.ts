/**
 * The uids of pods that a controller has deleted and whose deletion its cache does not show yet. Without it a
 * workload that chooses its victims by readiness could choose a second one before it sees the first one go.
 */
import type { Pod } from '@orlop/kube'

export class DeletedPods {
  readonly #uids = new Map<string, Set<string>>()

  /** The pods without those deleted; what the cache shows as going is forgotten here. */
  without(owner: string, pods: readonly Pod[]): Pod[] {
    const uids = this.#uids.get(owner)
    if (uids === undefined) return [...pods]
    const present = new Set(pods.filter((p) => p.metadata.deletionTimestamp === undefined).map(uidOf))
    for (const uid of uids) if (!present.has(uid)) uids.delete(uid)
    if (uids.size === 0) this.#uids.delete(owner)
    return pods.filter((pod) => !uids.has(uidOf(pod)))
  }

  add(owner: string, pod: Pod): void {
    const uids = this.#uids.get(owner) ?? new Set()
    this.#uids.set(owner, uids.add(uidOf(pod)))
  }
}

const uidOf = ({ metadata }: Pod): string => metadata.uid ?? ''
