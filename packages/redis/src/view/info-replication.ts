import type { InfoFields } from './info-fields.ts'

/** A replica as its primary sees it. */
export interface ConnectedReplica {
  /** What it announced, else the address it came from: may be a host name. */
  readonly ip: string
  readonly port: number
  /** `online` once it has the data set; before that `wait_bgsave`, `send_bulk`... */
  readonly state: string
  /** Bytes of the stream it has acknowledged. */
  readonly offset: number
  /** Seconds since its last acknowledgement. */
  readonly lag: number
}

/** INFO replication. Offsets are bytes of the replication stream. */
export interface ReplicationInfo {
  readonly role: 'primary' | 'replica'
  readonly masterHost: string | undefined
  readonly masterPort: number | undefined
  /** A replica's link to its primary; false on a primary. */
  readonly linkUp: boolean
  readonly syncInProgress: boolean
  /** Seconds the link has been down; 0 when it is up, -1 when it never was up. */
  readonly linkDownFor: number
  /** Seconds since the primary was last heard. */
  readonly lastHeard: number
  readonly masterReplOffset: number
  /** 0 on a primary. */
  readonly slaveReplOffset: number
  readonly replId: string
  /** The history this one continues after a promotion; forty zeros: none. */
  readonly replId2: string
  readonly secondReplOffset: number
  readonly readOnly: boolean
  readonly priority: number
  readonly connectedReplicas: readonly ConnectedReplica[]
  /** Replicas that count for min-replicas-to-write; undefined where that is off. */
  readonly goodReplicas: number | undefined
  /** `no-failover`, `waiting-for-sync` or `failover-in-progress`. */
  readonly failoverState: string
}

/** Source: section "replication" of `genRedisInfoString` in src/server.c. */
export function parseReplication(fields: InfoFields): ReplicationInfo {
  const isReplica = fields.text('role') === 'slave'
  const host = fields.text('master_host')
  const good = fields.number('min_slaves_good_slaves', -1)
  return {
    role: isReplica ? 'replica' : 'primary',
    masterHost: host === '' ? undefined : host,
    masterPort: host === '' ? undefined : fields.number('master_port'),
    linkUp: fields.text('master_link_status') === 'up',
    syncInProgress: fields.flag('master_sync_in_progress'),
    linkDownFor: fields.number('master_link_down_since_seconds'),
    lastHeard: fields.number('master_last_io_seconds_ago'),
    masterReplOffset: fields.number('master_repl_offset'),
    slaveReplOffset: fields.number('slave_repl_offset'),
    replId: fields.text('master_replid'),
    replId2: fields.text('master_replid2'),
    secondReplOffset: fields.number('second_repl_offset', -1),
    readOnly: fields.flag('slave_read_only'),
    priority: fields.number('slave_priority', 100),
    connectedReplicas: parseReplicas(fields),
    goodReplicas: good < 0 ? undefined : good,
    failoverState: fields.text('master_failover_state') || 'no-failover',
  }
}

/** Lines `slave0:ip=10.0.0.1,port=6379,state=online,offset=14,lag=0`; Valkey 8.1 and newer add `type=...`. */
function parseReplicas(fields: InfoFields): ConnectedReplica[] {
  return fields.numbered('slave').map(([, value]) => {
    const part = new Map(value.split(',').map(split))
    return {
      ip: part.get('ip') ?? '',
      port: Number(part.get('port') ?? 0),
      state: part.get('state') ?? '',
      offset: Number(part.get('offset') ?? 0),
      lag: Number(part.get('lag') ?? 0),
    }
  })
}

function split(pair: string): [string, string] {
  const equals = pair.indexOf('=')
  return [pair.slice(0, equals), pair.slice(equals + 1)]
}
