import { type Backoff, delayAfter } from './backoff.ts'
import type { Client, List } from './client.ts'
import type { Clock } from './clock.ts'
import { unlessAborted } from './deadline.ts'
import { isAborted, isGone, KubeError, kubeErrorCode } from './errors.ts'
import type { Informer } from './informer.ts'
import type { Log } from './log.ts'
import { type KubeObject, keyOf } from './object.ts'
import type { Resource } from './resources.ts'
import { IndexedStore, type Indexers, type Store } from './store.ts'

export interface ReflectorOptions<T extends KubeObject> {
  client: Client
  resource: Resource<T>
  namespace?: string | undefined
  labelSelector?: string | undefined
  fieldSelector?: string | undefined
  indexers?: Indexers<T> | undefined
  /** Called once for each object that comes in, before it is kept: drop here what nobody reads. */
  transform?: ((object: T) => T) | undefined
  log: Log
  clock: Clock
  /** In [0, 1), as `Math.random`. */
  random: () => number
  /** Objects a page; 200 unless said. */
  pageSize?: number | undefined
  /** Milliseconds for one page; 30,000 unless said. */
  listTimeout?: number | undefined
  /** Milliseconds without an event or bookmark; 120,000 unless said (a server sends a bookmark about every minute). */
  inactivityTimeout?: number | undefined
  backoff?: Backoff | undefined
}

/** What happened to an object of a store, told after the store was changed. */
export type Change<T> =
  | { type: 'added'; object: T; old?: undefined }
  | { type: 'updated'; object: T; old: T }
  | { type: 'deleted'; object: T; old?: undefined }

/**
 * Parsing one page is the longest this blocks the event loop, and 50 ms is what it may. A pod is about 7 KB of JSON: 500 of them,
 * as client-go asks for, took 30 to 90 ms on a busy machine (`bench/kube-store.ts`).
 */
const defaultPageSize = 200

const defaultBackoff: Backoff = { initial: 200, max: 30_000, factor: 2, jitter: 1 }

/** A watch that lived this long was no failure, however it ended. */
const longEnough = 10_000

/**
 * Keeps a {@link Store} equal to what the API server has: lists page by page, then watches, and lists again
 * when the server has forgotten where the watch stood. It never gives up before its signal fires.
 */
export class Reflector<T extends KubeObject> implements Informer<T> {
  readonly #o: ReflectorOptions<T>
  readonly #log: Log
  readonly #store: IndexedStore<T>
  readonly #subscribers = new Set<(change: Change<T>) => void>()
  readonly #synced = Promise.withResolvers<void>()
  #failures = 0
  #running = false

  constructor(options: ReflectorOptions<T>) {
    this.#o = options
    this.#log = options.log.child({ reflector: options.resource.plural, namespace: options.namespace })
    this.#store = new IndexedStore(options.indexers)
  }

  get store(): Store<T> {
    return this.#store
  }

  /** More indexes, over what is already in the store too. */
  addIndexers(indexers: Indexers<T>): void {
    this.#store.addIndexers(indexers)
  }

  /** `fn` is told of every change from now on, and of what is in the store already as added. Returns how to stop. */
  subscribe(fn: (change: Change<T>) => void): () => void {
    for (const object of this.#store.list()) fn({ type: 'added', object })
    this.#subscribers.add(fn)
    return () => void this.#subscribers.delete(fn)
  }

  /** Resolves once the first list is in the store; rejects with code `Aborted` when the signal fires first. */
  synced(signal?: AbortSignal): Promise<void> {
    return signal ? unlessAborted(this.#synced.promise, signal) : this.#synced.promise
  }

  /** Resolves when the signal has fired. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#running)
      throw new KubeError('BadRequest', `the reflector of ${this.#o.resource.plural} runs already`)
    this.#running = true
    let version: string | undefined
    while (!signal.aborted) {
      try {
        version ??= await this.#list(signal)
        version = await this.#watch(version, signal)
      } catch (e) {
        if (signal.aborted) break
        version = e instanceof WatchEnded ? e.version : undefined
        await this.#pause(e instanceof WatchEnded ? e.cause : e, signal)
      }
    }
    this.#running = false
  }

  /** Reads all pages into the store, and returns the version at which to watch. */
  async #list(signal: AbortSignal): Promise<string> {
    const seen = new Set<string>()
    let page: List<T> | undefined
    do {
      page = await this.#page(page?.metadata.continue, signal)
      for (const object of page.items) {
        seen.add(keyOf(object))
        this.#set(object)
      }
    } while (page.metadata.continue)
    for (const key of [...this.#store.keys()]) if (!seen.has(key)) this.#remove(key)
    if (!this.#store.hasSynced()) {
      this.#store.markSynced()
      this.#synced.resolve()
      this.#log.debug({ objects: this.#store.size }, 'synced')
    }
    return page.metadata.resourceVersion
  }

  /** One page; a failure repeats the page, not the list, unless the server has forgotten the list. */
  async #page(token: string | undefined, signal: AbortSignal): Promise<List<T>> {
    const { client, resource, namespace, labelSelector, fieldSelector } = this.#o
    for (;;) {
      try {
        return await client.list(resource, {
          namespace,
          labelSelector,
          fieldSelector,
          limit: this.#o.pageSize ?? defaultPageSize,
          continue: token,
          timeout: this.#o.listTimeout ?? 30_000,
          signal,
        })
      } catch (e) {
        if (isGone(e) || isAborted(e)) throw e
        await this.#pause(e, signal)
      }
    }
  }

  /** Follows one watch to its end and returns where it stood. @throws WatchEnded, or `Gone` as it is. */
  async #watch(from: string, signal: AbortSignal): Promise<string> {
    const { client, resource, namespace, labelSelector, fieldSelector, clock, random } = this.#o
    const began = clock.now()
    let version = from
    try {
      const events = client.watch(resource, {
        namespace,
        labelSelector,
        fieldSelector,
        resourceVersion: from,
        allowWatchBookmarks: true,
        // At random, so that the watches of many reflectors do not all end in the same second.
        timeoutSeconds: Math.round(240 * (1 + random())),
        inactivityTimeout: this.#o.inactivityTimeout,
        signal,
      })
      for await (const { type, object } of events) {
        this.#failures = 0
        version = object.metadata.resourceVersion ?? version
        if (type === 'DELETED') this.#remove(keyOf(object), object)
        else if (type !== 'BOOKMARK') this.#set(object)
      }
    } catch (e) {
      if (isGone(e)) throw e
      throw new WatchEnded(version, e)
    }
    if (clock.now() - began < longEnough && version === from) {
      throw new WatchEnded(version, new KubeError('Unavailable', 'the server ended a watch at once'))
    }
    this.#failures = 0
    return version
  }

  async #pause(cause: unknown, signal: AbortSignal): Promise<void> {
    this.#failures++
    const asked = cause instanceof KubeError ? (cause.retryAfter ?? 0) : 0
    // What the server has forgotten is listed again at once, and only then more slowly.
    const own =
      isGone(cause) && this.#failures === 1
        ? 0
        : delayAfter(this.#o.backoff ?? defaultBackoff, this.#failures, this.#o.random)
    const delay = Math.max(asked, own)
    const level = this.#failures > 3 ? 'warn' : 'debug'
    this.#log[level](
      { code: kubeErrorCode(cause), err: cause, failures: this.#failures, delay },
      'trying again',
    )
    await this.#o.clock.sleep(delay, signal).catch(() => {})
  }

  #set(incoming: T): void {
    const slim = withoutManagedFields(incoming)
    const object = this.#o.transform ? this.#o.transform(slim) : slim
    const known = this.#store.get(keyOf(object))
    // A list after a watch, or a watch that begins a little early, tells what is known already.
    if (known && known.metadata.resourceVersion === object.metadata.resourceVersion) return
    const old = this.#store.set(object)
    this.#tell(old ? { type: 'updated', object, old } : { type: 'added', object })
  }

  #remove(key: string, last?: T): void {
    const old = this.#store.remove(key)
    if (!old) return
    const slim = last && withoutManagedFields(last)
    this.#tell({ type: 'deleted', object: slim ? (this.#o.transform?.(slim) ?? slim) : old })
  }

  #tell(change: Change<T>): void {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(change)
      } catch (err) {
        this.#log.error({ err, key: keyOf(change.object) }, 'a subscriber failed')
      }
    }
  }
}

/** A watch broke, but where it stood is known. */
class WatchEnded extends Error {
  readonly version: string

  constructor(version: string, cause: unknown) {
    super('watch ended', { cause })
    this.version = version
  }
}

/** They are often half of an object, and nobody here reads them. Copied: deleting would make the object slow. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
