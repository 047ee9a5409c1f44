/** Asks one instance what it thinks: INFO and the directives of interest over one short connection. */
import {
  type Connection,
  type Info,
  isRedisError,
  type RedisErrorCode,
  type ReplicationInfo,
  type Target,
  withConnection,
} from '@orlop/redis'
import { type Answer, type NodeView, nowhere, type Silence } from './answer.ts'

/** How the operator reaches instances; a benchmark puts recorded answers in its place. */
export interface Nodes {
  view(target: Target, directives: readonly string[], signal: AbortSignal): Promise<Answer<NodeView>>
}

/** Short: an instance that needs longer than this is, for deciding, silent. Milliseconds. */
const deadlines = { connectTimeout: 1000, commandTimeout: 1500 } as const

export function nodesOver(connect: typeof withConnection): Nodes {
  return {
    async view(target, directives, signal) {
      try {
        return await connect(target, { ...deadlines, signal, name: 'orlop' }, async (redis) => {
          const info = await redis.info()
          if (info.persistence.loading) return silent('Loading', 'it is loading its data')
          return { ok: true, value: toView(info, await readDirectives(redis, info, directives)) }
        })
      } catch (error) {
        // Only "did not answer" is an observation; a fault of our own is not, and must be seen.
        if (isRedisError(error)) return silent(silences[error.code] ?? 'Unreachable', error.message)
        throw error
      }
    },
  }
}

export const realNodes: Nodes = nodesOver(withConnection)

const silences: Partial<Record<RedisErrorCode, Silence>> = {
  Refused: 'Refused',
  TimedOut: 'TimedOut',
  Loading: 'Loading',
  NoAuth: 'WrongPassword',
  WrongPassword: 'WrongPassword',
}

export function silent(code: Silence, message: string): Answer<never> {
  return { ok: false, code, message }
}

/** CONFIG GET takes several names since 7.0; 6.2 is asked for everything. */
async function readDirectives(
  redis: Connection,
  info: Info,
  names: readonly string[],
): Promise<Record<string, string>> {
  if (names.length === 0) return {}
  const several = info.server.engine === 'valkey' || Number(info.server.version.split('.')[0]) >= 7
  if (!several) return redis.configGet('*')
  const reply = await redis.command(['CONFIG', 'GET', ...names])
  if (!Array.isArray(reply)) return {}
  const pairs: Record<string, string> = {}
  for (let i = 0; i + 1 < reply.length; i += 2) pairs[String(reply[i])] = String(reply[i + 1])
  return pairs
}

/** How far an instance is in the stream, in bytes. */
export function offsetOf({ role, slaveReplOffset, masterReplOffset }: ReplicationInfo): number {
  return role === 'replica' ? slaveReplOffset : masterReplOffset
}

export function toView(info: Info, config: Record<string, string>): NodeView {
  const { replication } = info
  const replica = replication.role === 'replica'
  return {
    engine: info.server.engine,
    version: info.server.version,
    runId: info.server.runId,
    role: replication.role,
    fenced: replica && replication.masterHost === nowhere.host && replication.masterPort === nowhere.port,
    primaryHost: replica ? replication.masterHost : undefined,
    primaryPort: replica ? replication.masterPort : undefined,
    linkUp: replication.linkUp,
    heardAgo: replication.lastHeard,
    syncing: replication.syncInProgress,
    offset: offsetOf(replication),
    replId: replication.replId,
    replicas: replication.connectedReplicas.map((r) => ({
      host: r.ip,
      online: r.state === 'online',
      offset: r.offset,
      lag: r.lag,
    })),
    failoverInProgress: replication.failoverState !== 'no-failover',
    keys: info.keys(),
    memoryUsed: info.memory.used,
    memoryMax: info.memory.max,
    config,
  }
}
