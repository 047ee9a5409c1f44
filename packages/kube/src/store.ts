import { type KubeObject, keyOf, splitKey } from './object.ts'

/** Under which values an object is found; an object may have none or several. */
export type Indexer<T> = (object: T) => readonly string[]
export type Indexers<T> = Readonly<Record<string, Indexer<T>>>

/** What is known of the objects of one kind. The objects are shared: nobody changes them. */
export interface Store<T> {
  /** `key` is `namespace/name`, or `name` for a kind without namespaces. */
  get(key: string): T | undefined
  /** All, or those of one namespace. */
  list(namespace?: string): readonly T[]
  /** @throws TypeError when the store has no such index. */
  byIndex(index: string, value: string): readonly T[]
  readonly size: number
  /** Whether the first list has been read to its end. */
  hasSynced(): boolean
}

/** Objects by value of an index, by key. */
type Index<T> = Map<string, Map<string, T>>

/** A {@link Store} and what its reflector does to it. */
export class IndexedStore<T extends KubeObject> implements Store<T> {
  readonly #objects = new Map<string, T>()
  readonly #byNamespace: Index<T> = new Map()
  readonly #indexes = new Map<string, { indexer: Indexer<T>; index: Index<T> }>()
  #synced = false

  constructor(indexers: Indexers<T> = {}) {
    this.addIndexers(indexers)
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  list(namespace?: string): readonly T[] {
    return [
      ...(namespace ? (this.#byNamespace.get(namespace) ?? new Map<string, T>()) : this.#objects).values(),
    ]
  }

  byIndex(name: string, value: string): readonly T[] {
    const entry = this.#indexes.get(name)
    if (!entry) throw new TypeError(`the store has no index ${name}`)
    return [...(entry.index.get(value)?.values() ?? [])]
  }

  get size(): number {
    return this.#objects.size
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys()
  }

  hasSynced(): boolean {
    return this.#synced
  }

  markSynced(): void {
    this.#synced = true
  }

  /** Adds indexes, over what is there already too. @throws TypeError when a name stands for another function. */
  addIndexers(indexers: Indexers<T>): void {
    for (const [name, indexer] of Object.entries(indexers)) {
      const known = this.#indexes.get(name)
      if (known && known.indexer !== indexer) throw new TypeError(`the store has another index ${name}`)
      if (known) continue
      const index: Index<T> = new Map()
      for (const [key, object] of this.#objects) put(index, indexer(object), key, object)
      this.#indexes.set(name, { indexer, index })
    }
  }

  /** Keeps `object` and returns what stood in its place. */
  set(object: T): T | undefined {
    const key = keyOf(object)
    const old = this.remove(key)
    this.#objects.set(key, object)
    put(this.#byNamespace, [splitKey(key).namespace], key, object)
    for (const { indexer, index } of this.#indexes.values()) put(index, indexer(object), key, object)
    return old
  }

  remove(key: string): T | undefined {
    const old = this.#objects.get(key)
    if (!old) return undefined
    this.#objects.delete(key)
    drop(this.#byNamespace, [splitKey(key).namespace], key)
    for (const { indexer, index } of this.#indexes.values()) drop(index, indexer(old), key)
    return old
  }
}

function put<T>(index: Index<T>, values: readonly string[], key: string, object: T): void {
  for (const value of values) {
    const group = index.get(value)
    if (group) group.set(key, object)
    else index.set(value, new Map([[key, object]]))
  }
}

function drop<T>(index: Index<T>, values: readonly string[], key: string): void {
  for (const value of values) {
    const group = index.get(value)
    group?.delete(key)
    if (group?.size === 0) index.delete(value)
  }
}
