/**
 * What one Redis instance says of itself. Not knowing is a value: an instance that did not answer is seen as such,
 * with the reason, and never as "empty" or "gone".
 */
export type Silence = 'NoAddress' | 'Refused' | 'TimedOut' | 'Loading' | 'WrongPassword' | 'Unreachable'

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: Silence; readonly message: string }

/** One instance's own view of the replication, from INFO and CONFIG GET. Offsets are bytes of the replication stream. */
export interface NodeView {
  readonly engine: 'redis' | 'valkey'
  readonly version: string
  readonly runId: string
  readonly role: 'primary' | 'replica'
  /** Replica of nowhere: it started without knowing whom to follow, and waits to be told (see redis/README.md). */
  readonly fenced: boolean
  readonly primaryHost: string | undefined
  readonly primaryPort: number | undefined
  readonly linkUp: boolean
  /** Seconds since a replica last heard its primary. */
  readonly heardAgo: number
  readonly syncing: boolean
  /** master_repl_offset of a primary, slave_repl_offset of a replica. */
  readonly offset: number
  readonly replId: string
  readonly replicas: readonly ReplicaView[]
  readonly failoverInProgress: boolean
  readonly keys: number
  readonly memoryUsed: number
  readonly memoryMax: number
  /** The directives that were asked for, by name, as CONFIG GET answers them. */
  readonly config: Readonly<Record<string, string>>
}

/** A replica as its primary sees it. */
export interface ReplicaView {
  readonly host: string
  readonly online: boolean
  readonly offset: number
  /** Seconds since the primary heard of it. */
  readonly lag: number
}

/** The address a fenced instance replicates from: a port of its own loopback on which nothing listens. */
export const nowhere: { readonly host: string; readonly port: number } = { host: '127.0.0.1', port: 1 }
