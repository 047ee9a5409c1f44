/** The directives of an instance: what Orlop sets, what the resource asks for, and who owns which. */
import { capacity, type ResolvedRedis } from '@orlop/api'
import { directives, normalise, quoteDirective } from '@orlop/redis'
import { redisPort } from './names.ts'

/** Directives a user cannot set, with where to say it instead. Role, address and files of an instance are Orlop's. */
export const ownedDirectives: ReadonlyMap<string, string> = new Map([
  ...owned('Orlop decides where an instance listens', [
    'port',
    'bind',
    'bind-source-addr',
    'protected-mode',
    'unixsocket',
    'unixsocketperm',
    'tcp-backlog',
  ]),
  ...owned('Orlop decides who follows whom', [
    'replicaof',
    'slaveof',
    'replica-announce-ip',
    'slave-announce-ip',
    'replica-announce-port',
    'slave-announce-port',
    'replica-announced',
    'replica-read-only',
    'slave-read-only',
    'replica-serve-stale-data',
    'slave-serve-stale-data',
    'replica-priority',
    'slave-priority',
  ]),
  ...owned('say it in spec.auth', [
    'requirepass',
    'masterauth',
    'masteruser',
    'primaryauth',
    'primaryuser',
    'aclfile',
    'user',
    'rename-command',
  ]),
  ...owned('say it in spec.tls', [
    'tls-port',
    'tls-cert-file',
    'tls-key-file',
    'tls-key-file-pass',
    'tls-ca-cert-file',
    'tls-ca-cert-dir',
    'tls-replication',
    'tls-cluster',
    'tls-auth-clients',
    'tls-client-cert-file',
    'tls-client-key-file',
    'tls-client-key-file-pass',
  ]),
  ...owned('say it in spec.memory', ['maxmemory']),
  ...owned('say it in spec.eviction', ['maxmemory-policy']),
  ...owned('say it in spec.persistence', [
    'appendonly',
    'appendfsync',
    'save',
    'appendfilename',
    'appenddirname',
    'dbfilename',
    'dir',
  ]),
  ...owned('say it in spec.writes', [
    'min-replicas-to-write',
    'min-slaves-to-write',
    'min-replicas-max-lag',
    'min-slaves-max-lag',
  ]),
  ...owned('use the kind RedisCluster', [
    'cluster-enabled',
    'cluster-config-file',
    'cluster-port',
    'cluster-announce-ip',
    'cluster-announce-port',
    'cluster-announce-bus-port',
    'cluster-announce-hostname',
    'cluster-announce-tls-port',
  ]),
  ...owned('Orlop runs the process and reads its standard output', [
    'daemonize',
    'pidfile',
    'logfile',
    'supervised',
    'syslog-enabled',
    'syslog-ident',
    'syslog-facility',
    'include',
    'loadmodule',
    'set-proc-title',
    'always-show-logo',
    'enable-protected-configs',
    'enable-debug-command',
    'enable-module-command',
  ]),
])

function owned(advice: string, names: readonly string[]): [string, string][] {
  return names.map((name) => [name, advice])
}

/** Every directive that is set, by name. The order is the order in the file: the user's come last. */
export function desiredDirectives(redis: ResolvedRedis): Record<string, string> {
  const { spec } = redis
  const aof = spec.persistence.mode === 'aof' || spec.persistence.mode === 'rdb+aof'
  const rdb = spec.persistence.mode === 'rdb' || spec.persistence.mode === 'rdb+aof'
  const { maxmemoryBytes } = capacity(redis)
  return {
    port: String(redisPort),
    // The pod network is the boundary, and every client has to give the password.
    'protected-mode': 'no',
    dir: '/data',
    maxmemory: String(maxmemoryBytes),
    'maxmemory-policy': spec.eviction,
    appendonly: aof ? 'yes' : 'no',
    ...(aof ? { appendfsync: spec.persistence.fsync } : {}),
    save: rdb ? spec.persistence.save : '',
    // A replica whose link is down answers with an error instead of old data: its probe then takes it out of the Services.
    'replica-serve-stale-data': 'no',
    // The default of 5 s is paid by every full copy, to let replicas share one; ours seldom come together.
    'repl-diskless-sync-delay': '0',
    'repl-backlog-size': String(Math.max(1 << 20, Math.floor(maxmemoryBytes / 16))),
    'min-replicas-max-lag': String(Math.max(1, Math.round(seconds(spec.writes.maxLag)))),
    ...spec.config,
  }
}

/** What can be changed while the server runs; `min-replicas-to-write` is followed apart (steps/keep-write-guard.ts). */
export function liveDirectives(redis: ResolvedRedis): Record<string, string> {
  return pick(redis, true)
}

/** What takes a restart; part of what a pod is built from. */
export function restartDirectives(redis: ResolvedRedis): Record<string, string> {
  return pick(redis, false)
}

/** `dir` and `port` cannot be set live on a server that runs in a container, whatever the engine says. */
const neverLive: ReadonlySet<string> = new Set(['dir', 'port', 'protected-mode'])

function pick(redis: ResolvedRedis, live: boolean): Record<string, string> {
  const known = directives(redis.spec.engine, redis.spec.version)
  const entries = Object.entries(desiredDirectives(redis)).flatMap(([name, value]): [string, string][] => {
    const directive = known.get(name)
    const isLive = !neverLive.has(name) && directive?.live === true
    if (isLive !== live) return []
    return [[name, directive ? normalise(directive, value) : value]]
  })
  return Object.fromEntries(entries)
}

/** The text of redis.conf. */
export function renderConfig(redis: ResolvedRedis): string {
  const lines = Object.entries(desiredDirectives(redis)).map(([name, value]) => quoteDirective(name, value))
  return `${lines.join('\n')}\n`
}

/** `3s`, `500ms`, `2m` in seconds. The schema has already checked the form. */
export function seconds(duration: string): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(duration)
  if (!match) return 0
  const factor = { ms: 0.001, s: 1, m: 60, h: 3600 }[match[2] as 'ms' | 's' | 'm' | 'h']
  return Number(match[1]) * factor
}
