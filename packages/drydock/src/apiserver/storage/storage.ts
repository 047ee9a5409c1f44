import type { ApiObject } from '../object.ts'
import { Database } from './database.ts'
import { type Change, keyOf, StoredRecord } from './record.ts'
import { Table } from './table.ts'

export interface StorageOptions {
  /** How many changes a watch may lag behind before it has to list again. Default 10,000. */
  keepChanges?: number
  /** How many of those are held in memory; older ones are read from the file. Default 1,000. */
  keepInMemory?: number
}

/** Called after a change was stored. Must not throw. */
export type Listener = (change: Change) => void

/**
 * All objects and the log of their changes. Every method is synchronous, and so one read-check-write of a caller is
 * atomic: there is no other writer. Memory changes only after the file has, hence a refused write changes nothing.
 */
export class Storage {
  readonly #db: Database
  readonly #tables = new Map<string, Table>()
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #keepChanges: number
  readonly #keepInMemory: number
  /** The newest changes, gapless up to `#revision`; older ones are in the file. */
  #recent: Change[] = []
  #recentFrom: number
  #revision: number
  /** Changes up to this revision are forgotten. */
  #compacted: number

  constructor(path: string, { keepChanges = 10_000, keepInMemory = 1_000 }: StorageOptions = {}) {
    this.#db = new Database(path)
    this.#keepChanges = keepChanges
    this.#keepInMemory = keepInMemory
    // "0" means "any revision" in requests, so that the empty store has to be something else.
    let newest = 1
    for (const { resource, record } of this.#db.objects()) {
      this.#table(resource).set(record)
      newest = Math.max(newest, record.revision)
    }
    const { first, last } = this.#db.logBounds()
    this.#revision = Math.max(newest, last ?? 0)
    this.#recentFrom = this.#revision
    this.#compacted = first === undefined ? this.#revision : first - 1
  }

  /** The revision of the newest write. */
  get revision(): number {
    return this.#revision
  }

  /** The oldest revision a watch can still start from. */
  get oldestRevision(): number {
    return this.#compacted
  }

  get tokens(): Pick<Database, 'putToken' | 'tokenUser'> {
    return this.#db
  }

  get(resource: string, namespace: string, name: string): StoredRecord | undefined {
    return this.#tables.get(resource)?.get(keyOf(namespace, name))
  }

  /** Objects in the order of their keys; of all namespaces when none is given. */
  list(resource: string, namespace?: string): readonly StoredRecord[] {
    return this.#tables.get(resource)?.list(namespace) ?? []
  }

  /** The same list as it was at an earlier revision, or undefined when the log no longer reaches back. */
  listAt(revision: number, resource: string, namespace?: string): readonly StoredRecord[] | undefined {
    if (revision === this.#revision) return this.list(resource, namespace)
    const since = this.changesSince(revision, resource)
    if (since === undefined) return undefined
    const table = new Table()
    for (const record of this.list(resource)) table.set(record)
    for (const { record, previous } of since.toReversed()) {
      if (previous === undefined) table.delete(record.key)
      else table.set(previous)
    }
    return table.list(namespace)
  }

  /** Creates or replaces; the object gets its new `resourceVersion`. */
  write(resource: string, object: ApiObject): Change {
    const { namespace = '', name } = object.metadata
    const previous = this.get(resource, namespace, name)
    return this.#commit(resource, object, previous, previous === undefined ? 'ADDED' : 'MODIFIED')
  }

  /** Deletes; `object` is the last state to show to watchers. */
  remove(resource: string, object: ApiObject): Change {
    const { namespace = '', name } = object.metadata
    return this.#commit(resource, object, this.get(resource, namespace, name), 'DELETED')
  }

  /** Changes of a resource after a revision, oldest first; undefined when they are no longer all known. */
  changesSince(revision: number, resource: string): Change[] | undefined {
    if (revision < this.#compacted) return undefined
    const recent = this.#recent.filter((change) => change.revision > revision && change.resource === resource)
    if (revision >= this.#recentFrom) return recent
    return [...this.#db.changes(resource, revision, this.#recentFrom), ...recent]
  }

  /** Calls the listener after every change of a resource; returns how to stop that. */
  subscribe(resource: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(resource) ?? new Set()
    this.#listeners.set(resource, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  close(): void {
    this.#listeners.clear()
    this.#db.close()
  }

  #commit(
    resource: string,
    object: ApiObject,
    previous: StoredRecord | undefined,
    type: Change['type'],
  ): Change {
    const revision = this.#revision + 1
    const { apiVersion, kind, metadata, ...rest } = object
    // apiVersion and kind first: lists of built-in kinds leave them out by cutting the text.
    const json = JSON.stringify({
      apiVersion,
      kind,
      metadata: { ...metadata, resourceVersion: String(revision) },
      ...rest,
    })
    const record = new StoredRecord(metadata.namespace ?? '', metadata.name, revision, json)
    const change: Change = { type, revision, resource, record, previous }
    this.#db.commit(change)
    this.#revision = revision
    if (type === 'DELETED') this.#table(resource).delete(record.key)
    else this.#table(resource).set(record)
    this.#recent.push(change)
    this.#trim()
    for (const listener of this.#listeners.get(resource) ?? []) listener(change)
    return change
  }

  #table(resource: string): Table {
    const found = this.#tables.get(resource)
    if (found !== undefined) return found
    const made = new Table()
    this.#tables.set(resource, made)
    return made
  }

  #trim(): void {
    if (this.#recent.length >= this.#keepInMemory * 2) {
      this.#recent = this.#recent.slice(-this.#keepInMemory)
      this.#recentFrom = (this.#recent[0]?.revision ?? this.#revision) - 1
    }
    // By a tenth at a time: compaction then costs one statement in a thousand writes.
    const floor = this.#revision - this.#keepChanges
    if (floor - this.#compacted < this.#keepChanges / 10) return
    try {
      this.#db.compact(floor)
      this.#compacted = floor
    } catch {
      // A full disk: the write itself was stored, the log is cut at the next one.
    }
  }
}
