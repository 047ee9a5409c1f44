import type { Engine } from '../engine.ts'
import { InfoFields } from './info-fields.ts'
import { parseReplication, type ReplicationInfo } from './info-replication.ts'

export interface ServerInfo {
  readonly engine: Engine
  /** The engine's own version: Valkey also reports a `redis_version`, 7.2.4 on every release, which is not it. */
  readonly version: string
  readonly mode: 'standalone' | 'sentinel' | 'cluster'
  readonly runId: string
  /** Seconds. */
  readonly uptime: number
}

/** Bytes. */
export interface MemoryInfo {
  readonly used: number
  readonly peak: number
  /** 0: unlimited. */
  readonly max: number
  readonly rss: number
  /** `rss / used`; far above 1 on an empty server without meaning anything. */
  readonly fragmentation: number
  readonly policy: string
}

export interface PersistenceInfo {
  readonly loading: boolean
  readonly rdbSaveInProgress: boolean
  readonly rdbLastSaveOk: boolean
  /** Unix seconds. */
  readonly rdbLastSaveTime: number
  readonly rdbChangesSinceLastSave: number
  readonly aofEnabled: boolean
  readonly aofRewriteInProgress: boolean
  readonly aofLastWriteOk: boolean
}

export interface ClientsInfo {
  readonly connected: number
  readonly max: number
}

/**
 * INFO as plain data. A field that the server did not send, for its version, its mode or the section asked for, has the
 * value of a server at rest: '', 0, false, an empty list.
 */
export interface Info {
  readonly server: ServerInfo
  readonly replication: ReplicationInfo
  readonly memory: MemoryInfo
  readonly persistence: PersistenceInfo
  readonly clients: ClientsInfo
  /** Keys by database: `{ db0: 12 }`; an empty database is not listed. */
  readonly keyspace: Readonly<Record<string, number>>
  /** Every field as sent, for what has no name here. */
  readonly fields: Readonly<Record<string, string>>
  /** Keys in all databases. */
  keys(): number
}

/** @example parseInfo(await connection.command(['INFO'])).server.engine */
export function parseInfo(text: string): Info {
  const fields = new InfoFields(text)
  const keyspace = parseKeyspace(fields)
  return {
    server: parseServer(fields),
    replication: parseReplication(fields),
    memory: {
      used: fields.number('used_memory'),
      peak: fields.number('used_memory_peak'),
      max: fields.number('maxmemory'),
      rss: fields.number('used_memory_rss'),
      fragmentation: fields.number('mem_fragmentation_ratio'),
      policy: fields.text('maxmemory_policy'),
    },
    persistence: {
      loading: fields.flag('loading'),
      rdbSaveInProgress: fields.flag('rdb_bgsave_in_progress'),
      rdbLastSaveOk: fields.text('rdb_last_bgsave_status') !== 'err',
      rdbLastSaveTime: fields.number('rdb_last_save_time'),
      rdbChangesSinceLastSave: fields.number('rdb_changes_since_last_save'),
      aofEnabled: fields.flag('aof_enabled'),
      aofRewriteInProgress: fields.flag('aof_rewrite_in_progress'),
      aofLastWriteOk: fields.text('aof_last_write_status') !== 'err',
    },
    clients: { connected: fields.number('connected_clients'), max: fields.number('maxclients') },
    keyspace,
    fields: fields.all,
    keys: () => Object.values(keyspace).reduce((sum, keys) => sum + keys, 0),
  }
}

function parseServer(fields: InfoFields): ServerInfo {
  const valkey = fields.text('server_name') === 'valkey' || fields.text('valkey_version') !== ''
  const mode = fields.text('redis_mode') || fields.text('server_mode')
  return {
    engine: valkey ? 'valkey' : 'redis',
    version: fields.text('valkey_version') || fields.text('redis_version'),
    mode: mode === 'sentinel' || mode === 'cluster' ? mode : 'standalone',
    runId: fields.text('run_id'),
    uptime: fields.number('uptime_in_seconds'),
  }
}

/** Lines `db0:keys=12,expires=0,avg_ttl=0,subexpiry=0`. */
function parseKeyspace(fields: InfoFields): Record<string, number> {
  const keyspace: Record<string, number> = {}
  for (const [name, value] of fields.numbered('db')) {
    const keys = /\bkeys=(\d+)/.exec(value)?.[1]
    if (keys !== undefined) keyspace[name] = Number(keys)
  }
  return keyspace
}
