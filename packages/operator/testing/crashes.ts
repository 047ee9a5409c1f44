/** An operator that can be stopped dead right after any of its writes, and started again, as often as a test wants. */
import type { Drydock } from '@orlop/drydock'
import { type Client, createClient, type LeaseOptions, silentLog, systemClock } from '@orlop/kube'
import { type Connection, withConnection } from '@orlop/redis'
import { createMetrics, type Metrics } from '../src/metrics.ts'
import { createOperator, type Operator } from '../src/operator.ts'

export interface LifeOptions {
  readonly identity?: string
  /** Only the resources of this namespace: several operators share one drydock. */
  readonly namespace?: string
  /** Told of every write to Kubernetes or Redis; answering true stops the operator dead right after it. */
  readonly onWrite?: (what: string) => boolean
  /** Takes part in the election with these periods; without, it acts at once. */
  readonly lease?: Pick<LeaseOptions, 'leaseDuration' | 'renewDeadline' | 'retryPeriod'>
}

export interface Life {
  readonly operator: Operator
  readonly metrics: Metrics
  /** Resolves when it is dead or has stopped. */
  readonly ended: Promise<void>
  /** As SIGKILL does: not one more request goes out, not even to give the lease back. */
  die(): void
  /** As SIGTERM does. */
  stop(): Promise<void>
}

/** How the requests of such an operator are known to drydock's hooks. */
export const userAgent = 'orlop-operator'

class Killed extends Error {
  override name = 'Killed'
}

export function startLife({ connection }: Drydock, o: LifeOptions = {}): Life {
  const stopping = new AbortController()
  let dead = false
  const die = (): void => {
    dead = true
    stopping.abort()
  }
  const gate: Gate = {
    check: () => {
      if (dead) throw new Killed('the operator is dead')
    },
    wrote: (what) => {
      if (o.onWrite?.(what)) die()
    },
  }
  const inner = createClient(connection, { userAgent })
  const metrics = createMetrics()
  const operator = createOperator({
    client: mortalClient(inner, gate),
    clock: systemClock,
    log: silentLog,
    metrics,
    identity: o.identity ?? 'test',
    leaseNamespace: 'default',
    namespace: o.namespace,
    ...(o.lease ? { lease: o.lease } : { elect: false }),
    connect: (target, options, use) =>
      through(gate, () => withConnection(target, options, (redis) => use(mortalConnection(redis, gate)))),
  })
  const ended = operator
    .run(stopping.signal)
    .catch((error: unknown) => {
      if (!dead) throw error
    })
    .finally(() => inner.close())
  ended.catch(() => undefined)
  return {
    operator,
    metrics,
    ended,
    die,
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

export interface Keeper {
  /** Every write of every life, in order: `2. patch pods kv-0` is the second of its sort. */
  readonly writes: readonly string[]
  /** The write after which each life ended; '' for one that was killed between two. */
  readonly deaths: readonly string[]
  /** Stops the one that runs dead, wherever it is; the next starts. */
  kill(): void
  stop(): Promise<void>
}

/** Keeps one operator running, as a Deployment would, and stops it dead after each write that `dies` picks. */
export function keepRunning(
  drydock: Drydock,
  o: { readonly namespace?: string; readonly dies?: (point: string) => boolean } = {},
): Keeper {
  const writes: string[] = []
  const deaths: string[] = []
  let stopped = false
  let life: Life | undefined
  const loop = async (): Promise<void> => {
    while (!stopped) {
      life = startLife(drydock, {
        ...(o.namespace === undefined ? {} : { namespace: o.namespace }),
        onWrite: (what) => {
          const times = writes.filter((write) => write.endsWith(` ${what}`)).length
          const write = `${times + 1}. ${what}`
          writes.push(write)
          const dies = o.dies?.(write) ?? false
          if (dies) deaths.push(write)
          return dies
        },
      })
      await life.ended
    }
  }
  const running = loop()
  running.catch(() => undefined)
  return {
    writes,
    deaths,
    kill: () => {
      deaths.push('')
      life?.die()
    },
    stop: async () => {
      stopped = true
      await life?.stop()
      await running
    },
  }
}

interface Gate {
  /** @throws Killed once the operator is dead. */
  check(): void
  wrote(what: string): void
}

/** What comes back after death reaches nobody either: the write was made, its answer was not seen. */
async function through<T>(gate: Gate, call: () => Promise<T>, wrote?: string): Promise<T> {
  gate.check()
  const result = await call()
  if (wrote !== undefined) gate.wrote(wrote)
  gate.check()
  return result
}

/** Events and leases are no part of what a cache is made of, and are written by a clock of their own. */
function nameOf(verb: string, resource: { readonly plural: string }, more = ''): string | undefined {
  const aside = resource.plural === 'events' || resource.plural === 'leases'
  return aside ? undefined : `${verb} ${resource.plural}${more}`
}

function mortalClient(inner: Client, gate: Gate): Client {
  return {
    get: (r, where, o) => through(gate, () => inner.get(r, where, o)),
    list: (r, o) => through(gate, () => inner.list(r, o)),
    watch: (r, o) => inner.watch(r, o),
    request: (method, path, o) => through(gate, () => inner.request(method, path, o)),
    create: (r, object, o) => through(gate, () => inner.create(r, object, o), nameOf('create', r)),
    update: (r, object, o) => through(gate, () => inner.update(r, object, o), nameOf('update', r)),
    patch: (r, where, patch, o) =>
      through(gate, () => inner.patch(r, where, patch, o), nameOf('patch', r, ` ${where.name}`)),
    apply: (r, object, o) =>
      through(
        gate,
        () => inner.apply(r, object, o),
        nameOf('apply', r, o.subresource === undefined ? ` ${object.metadata.name}` : `/${o.subresource}`),
      ),
    delete: (r, where, o) =>
      through(gate, () => inner.delete(r, where, o), nameOf('delete', r, ` ${where.name}`)),
    deleteCollection: (r, o) =>
      through(gate, () => inner.deleteCollection(r, o), nameOf('deleteCollection', r)),
    close: () => inner.close(),
  }
}

const looking: ReadonlySet<string> = new Set(['INFO', 'ROLE', 'PING'])

function mortalConnection(inner: Connection, gate: Gate): Connection {
  return {
    info: (section) => through(gate, () => inner.info(section)),
    role: () => through(gate, () => inner.role()),
    configGet: (pattern) => through(gate, () => inner.configGet(pattern)),
    configSet: (pairs) => through(gate, () => inner.configSet(pairs), 'redis CONFIG SET'),
    command: (args, o) => {
      const [name = ''] = args
      return through(
        gate,
        () => inner.command(args, o),
        looking.has(name)
          ? undefined
          : `redis ${args[0] === 'REPLICAOF' && args[1] === 'NO' ? 'REPLICAOF NO ONE' : name}`,
      )
    },
  }
}
