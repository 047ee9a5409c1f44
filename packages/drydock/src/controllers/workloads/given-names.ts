/**
 * The names that pods of an owner have had. Names are derived, and real ones are random: nobody expects that another pod comes
 * under the name of one that is gone, least of all a program that takes its pod's name for its identity. A name counts once its pod was seen: until then the create may be repeated.
 * What was given before drydock started anew is forgotten.
 */
import { type KubeObject, keyOf, type Pod } from '@orlop/kube'

export class GivenNames {
  readonly #owners = new Map<string, { uid: string | undefined; names: Set<string> }>()

  /** Notes the names of these pods of the owner, which the cache shows, and gives all that it has had. */
  to(owner: KubeObject, pods: readonly Pod[]): ReadonlySet<string> {
    const key = keyOf(owner)
    const { uid } = owner.metadata
    const known = this.#owners.get(key)
    const names = known?.uid === uid && known !== undefined ? known.names : new Set<string>()
    for (const { metadata } of pods) names.add(metadata.name)
    this.#owners.set(key, { uid, names })
    return names
  }

  /** The owner, by namespace/name, is gone. */
  forget(key: string): void {
    this.#owners.delete(key)
  }
}
