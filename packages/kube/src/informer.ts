import { type KubeObject, splitKey } from './object.ts'
import type { Change, Reflector } from './reflector.ts'
import type { Store } from './store.ts'

/** What is known of the objects of one kind, and word of every change: of one reflector, or of several as one. */
export interface Informer<T extends KubeObject> {
  readonly store: Store<T>
  /** `fn` is told of every change from now on, and of what is there already as added. Returns how to stop. */
  subscribe(fn: (change: Change<T>) => void): () => void
  /** Resolves once everything has been listed; rejects with code `Aborted` when the signal fires first. */
  synced(signal?: AbortSignal): Promise<void>
}

/**
 * Several namespaces as one: who may look into these only cannot list them in one go.
 * What lies in any other namespace is not there.
 */
export function informerOver<T extends KubeObject>(
  byNamespace: ReadonlyMap<string, Reflector<T>>,
): Informer<T> {
  const all = [...byNamespace.values()]
  return {
    store: {
      get: (key) => byNamespace.get(splitKey(key).namespace)?.store.get(key),
      list: (namespace) =>
        namespace
          ? (byNamespace.get(namespace)?.store.list() ?? [])
          : all.flatMap(({ store }) => [...store.list()]),
      byIndex: (index, value) => all.flatMap(({ store }) => [...store.byIndex(index, value)]),
      get size() {
        return all.reduce((sum, { store }) => sum + store.size, 0)
      },
      hasSynced: () => all.every(({ store }) => store.hasSynced()),
    },
    subscribe(fn) {
      const stops = all.map((reflector) => reflector.subscribe(fn))
      return () => {
        for (const stop of stops) stop()
      }
    },
    async synced(signal) {
      for (const reflector of all) await reflector.synced(signal)
    },
  }
}
