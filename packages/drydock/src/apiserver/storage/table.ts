import type { StoredRecord } from './record.ts'

/** The records of one resource by key, with the sorted lists that were asked for since the last coming or going. */
export class Table {
  readonly #records = new Map<string, StoredRecord>()
  /** Sorted keys by namespace (undefined: all); dropped when a key comes or goes. */
  readonly #sorted = new Map<string | undefined, string[]>()

  get(key: string): StoredRecord | undefined {
    return this.#records.get(key)
  }

  set(record: StoredRecord): void {
    const key = record.key
    if (!this.#records.has(key)) this.#sorted.clear()
    this.#records.set(key, record)
  }

  delete(key: string): void {
    if (this.#records.delete(key)) this.#sorted.clear()
  }

  list(namespace?: string): readonly StoredRecord[] {
    const keys = this.#keys(namespace)
    const records: StoredRecord[] = []
    for (const key of keys) {
      const record = this.#records.get(key)
      if (record !== undefined) records.push(record)
    }
    return records
  }

  #keys(namespace: string | undefined): string[] {
    const known = this.#sorted.get(namespace)
    if (known !== undefined) return known
    const prefix = namespace === undefined ? '' : `${namespace}/`
    const keys = [...this.#records.keys()].filter((key) => key.startsWith(prefix)).sort()
    this.#sorted.set(namespace, keys)
    return keys
  }
}
