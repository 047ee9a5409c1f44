import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isObject } from '../object.ts'
import { type Change, StoredRecord } from './record.ts'

/** A row of `objects` with the table it belongs to. */
export interface ObjectRow {
  resource: string
  record: StoredRecord
}

const schema = `
  CREATE TABLE IF NOT EXISTS objects (
    resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    revision INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (resource, namespace, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS changes (
    revision INTEGER PRIMARY KEY, resource TEXT NOT NULL, type TEXT NOT NULL,
    namespace TEXT NOT NULL, name TEXT NOT NULL,
    previous_revision INTEGER, json TEXT NOT NULL, previous_json TEXT
  );
  CREATE TABLE IF NOT EXISTS tokens (
    digest TEXT PRIMARY KEY, username TEXT NOT NULL, expires INTEGER NOT NULL
  ) WITHOUT ROWID;
`

/**
 * The file behind the store: one table of objects, one log of changes, written together in one transaction.
 *
 * `journal_mode=WAL` with `synchronous=NORMAL`: a commit returns after write() has put its frames into the kernel's
 * page cache, so whatever was acknowledged survives kill -9 of this process. Only a power cut can take the last
 * commits, and then never half of one (https://www.sqlite.org/pragma.html#pragma_synchronous). FULL would add an
 * fsync to every write of a local cluster, for a machine that loses its pods in that power cut anyway.
 */
export class Database {
  readonly #db: DatabaseSync
  readonly #putObject: StatementSync
  readonly #dropObject: StatementSync
  readonly #putChange: StatementSync
  readonly #changesSince: StatementSync
  readonly #compact: StatementSync

  constructor(path: string) {
    this.#db = new DatabaseSync(path)
    this.#db.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;
      PRAGMA journal_size_limit = 16777216; PRAGMA auto_vacuum = INCREMENTAL;`)
    this.#db.exec(schema)
    this.#putObject = this.#db.prepare(
      `INSERT INTO objects (resource, namespace, name, revision, json) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET revision = excluded.revision, json = excluded.json`,
    )
    this.#dropObject = this.#db.prepare(
      'DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?',
    )
    this.#putChange = this.#db.prepare('INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#changesSince = this.#db.prepare(
      'SELECT * FROM changes WHERE revision > ? AND revision <= ? AND resource = ? ORDER BY revision',
    )
    this.#compact = this.#db.prepare('DELETE FROM changes WHERE revision <= ?')
  }

  /** Every object, in no particular order. */
  *objects(): IterableIterator<ObjectRow> {
    for (const row of this.#db.prepare('SELECT * FROM objects').iterate()) {
      const { resource, namespace, name, revision, json } = row
      yield {
        resource: String(resource),
        record: new StoredRecord(String(namespace), String(name), Number(revision), String(json)),
      }
    }
  }

  /** First and last revision that the log holds; both undefined when it is empty. */
  logBounds(): { first: number | undefined; last: number | undefined } {
    const row = this.#db.prepare('SELECT min(revision) AS first, max(revision) AS last FROM changes').get()
    const read = (value: unknown) => (typeof value === 'number' ? value : undefined)
    return { first: read(row?.first), last: read(row?.last) }
  }

  /** Stores one change whole or not at all. Throws what SQLite throws, e.g. when the disk is full. */
  commit({ type, revision, resource, record, previous }: Change): void {
    this.#atomically(() => {
      if (type === 'DELETED') this.#dropObject.run(resource, record.namespace, record.name)
      else this.#putObject.run(resource, record.namespace, record.name, revision, record.json)
      this.#putChange.run(
        revision,
        resource,
        type,
        record.namespace,
        record.name,
        previous?.revision ?? null,
        record.json,
        previous?.json ?? null,
      )
    })
  }

  /** Changes of one resource after `from` up to and including `to`. */
  changes(resource: string, from: number, to: number): Change[] {
    return this.#changesSince.all(from, to, resource).map((row) => readChange(row))
  }

  /** Forgets changes up to and including a revision and hands some of the space back. */
  compact(upTo: number): void {
    this.#compact.run(upTo)
    this.#db.exec('PRAGMA incremental_vacuum(1000)')
  }

  /** Every pod gets a token each hour: those that expired by `now` are forgotten. */
  putToken(digest: string, username: string, expires: number, now: number): void {
    this.#db.prepare('DELETE FROM tokens WHERE expires <= ?').run(now)
    this.#db.prepare('INSERT OR REPLACE INTO tokens VALUES (?, ?, ?)').run(digest, username, expires)
  }

  /** Whom an unexpired token was given to. */
  tokenUser(digest: string, now: number): string | undefined {
    const row = this.#db
      .prepare('SELECT username FROM tokens WHERE digest = ? AND expires > ?')
      .get(digest, now)
    return row === undefined ? undefined : String(row.username)
  }

  close(): void {
    this.#db.close()
  }

  #atomically(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#db.exec('COMMIT')
    } catch (error) {
      // SQLite has rolled back by itself after some errors; a second ROLLBACK would hide the first one's cause.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }
}

function readChange(row: unknown): Change {
  if (!isObject(row)) throw new TypeError('a row of the log is not an object')
  const namespace = String(row.namespace)
  const name = String(row.name)
  const revision = Number(row.revision)
  const type = row.type === 'ADDED' || row.type === 'DELETED' ? row.type : 'MODIFIED'
  return {
    type,
    revision,
    resource: String(row.resource),
    record: new StoredRecord(namespace, name, revision, String(row.json)),
    previous:
      typeof row.previous_json === 'string'
        ? new StoredRecord(namespace, name, Number(row.previous_revision), row.previous_json)
        : undefined,
  }
}
