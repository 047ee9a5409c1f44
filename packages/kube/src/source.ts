import type { Informer } from './informer.ts'
import type { KubeObject } from './object.ts'

/** Where a controller learns which keys need work. */
export interface Source {
  /** Calls `add` with a key (`namespace/name`) whenever it needs work; returns how to stop. */
  start(add: (key: string) => void): () => void
  /** Resolves once everything that exists has been seen. */
  synced(signal: AbortSignal): Promise<void>
}

/**
 * The keys that a change of an object concerns: itself, its owner, whoever refers to it. For an update `old` is what
 * it was: an object that changes its owner concerns both.
 *
 * @example
 * watches(redis, (object) => [keyOf(object)])
 */
export function watches<T extends KubeObject>(
  informer: Informer<T>,
  toKeys: (object: T, old?: T) => readonly string[],
): Source {
  return {
    start: (add) =>
      informer.subscribe(({ object, old }) => {
        for (const key of toKeys(object, old)) add(key)
      }),
    synced: (signal) => informer.synced(signal),
  }
}
