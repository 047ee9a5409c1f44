import { type ApiObject, isApiObject } from '../object.ts'

/**
 * One stored state of one object. The JSON text is what is sent; it is parsed when somebody looks inside,
 * and stays so while memory is not wanted for more.
 * A record never changes: a write makes a new one, so lists and events can hold on to it.
 */
export class StoredRecord {
  readonly namespace: string
  readonly name: string
  readonly revision: number
  readonly json: string
  #parsed: WeakRef<ApiObject> | undefined
  constructor(namespace: string, name: string, revision: number, json: string) {
    this.namespace = namespace
    this.name = name
    this.revision = revision
    this.json = json
  }
  /** `namespace/name`: the order of lists is the order of keys. */
  get key(): string {
    return keyOf(this.namespace, this.name)
  }
  /** Shared by all who read it: not to be changed; see `copy`. */
  get object(): ApiObject {
    const parsed = this.#parsed?.deref()
    if (parsed !== undefined) return parsed
    const made = this.copy()
    this.#parsed = new WeakRef(made)
    return made
  }
  /** An object of the caller's own. */
  copy(): ApiObject {
    const parsed: unknown = JSON.parse(this.json)
    if (!isApiObject(parsed)) throw new TypeError(`stored object ${this.key} is not an object`)
    return parsed
  }
}

export function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`
}

/** A write, as watchers see it. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly revision: number
  /** `group/plural`. */
  readonly resource: string
  /** The object after the write; of a deletion its last state, with the revision of the deletion. */
  readonly record: StoredRecord
  /** The object before the write. */
  readonly previous: StoredRecord | undefined
}
