/** Wires the manager, the controllers and their tools: the operator as one thing that runs until it is told to stop. */
import { randomBytes } from 'node:crypto'
import {
  type Client,
  type Clock,
  EventRecorder,
  type LeaseOptions,
  type Log,
  Manager,
  type Reconcile,
  runController,
  runWithLease,
} from '@orlop/kube'
import { withConnection } from '@orlop/redis'
import type { Metrics } from './metrics.ts'
import { type Nodes, realNodes } from './observe/node.ts'
import { Secrets } from './observe/secrets.ts'
import { leaseName } from './permissions.ts'
import { reconcileRedis } from './redis/reconcile.ts'
import { sourcesOf, watchWorld } from './redis/world.ts'
import { Watchdog } from './stuck.ts'

export interface OperatorTools {
  readonly client: Client
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly identity: string
  readonly leaseNamespace: string
  /** Look after these only; all unless any is named. */
  readonly namespaces?: readonly string[]
  readonly random?: () => number
  readonly nodes?: Nodes
  /** Without a lease the operator acts at once: for a single process that nobody can double. */
  readonly elect?: boolean
  /** Other periods than those of client-go. */
  readonly lease?: Pick<LeaseOptions, 'leaseDuration' | 'renewDeadline' | 'retryPeriod'>
  /** How actions reach an instance. */
  readonly connect?: typeof withConnection
}

export interface Operator {
  readonly synced: () => boolean
  /** What only a restart helps against; undefined when all is well. */
  readonly stuck: () => string | undefined
  /** Resolves when `signal` aborts and the work in hand has ended. */
  run(signal: AbortSignal): Promise<void>
}

export function createOperator(tools: OperatorTools): Operator {
  const { client, clock, log, metrics, identity } = tools
  const random = tools.random ?? Math.random
  const manager = new Manager({ client, log, clock, random })
  const world = watchWorld(manager, tools.namespaces ?? [])
  const watchdog = new Watchdog(clock)
  const events = new EventRecorder({
    client,
    reportingController: 'orlop.dev/operator',
    reportingInstance: identity,
    clock,
    log,
  })
  const reconcile = reconcileRedis({
    client,
    secrets: new Secrets(client, clock),
    clock,
    log,
    randomBytes,
    world,
    nodes: tools.nodes ?? realNodes,
    events,
    metrics,
    random,
    connect: tools.connect ?? withConnection,
  })
  const around = {
    log,
    clock,
    random,
    metrics: { reconciled: () => {}, depth: metrics.queued },
  }
  /**
   * The caches are filled from the start, so that a replica that stands by takes over without a pause. Ends when no pass runs any
   * more: only then may the lease be another's.
   */
  const lead = async (signal: AbortSignal): Promise<void> => {
    metrics.leading(true)
    log.info({ identity }, 'leading')
    const controller = {
      name: 'redis',
      reconcile: timed('Redis', watchdog.watched(reconcile), metrics, clock),
      workers: 8,
      // A cache that starts or heals is looked at several times a second, for as long as that takes.
      breaker: { burst: 200, perSecond: 8, hold: 5_000 },
      sources: sourcesOf(world),
    }
    try {
      await runController(controller, around, signal)
    } finally {
      metrics.leading(false)
      watchdog.resigned()
    }
  }
  return {
    synced: () => manager.hasSynced(),
    stuck: () => watchdog.stuck(),
    run: async (signal) => {
      const ended = new AbortController()
      const watching = manager.run(AbortSignal.any([signal, ended.signal]))
      // A broken watch ends everything: a process that sees nothing must not hold the lease.
      watching.catch(() => ended.abort())
      const held = AbortSignal.any([signal, ended.signal])
      try {
        if (tools.elect === false) await lead(held)
        else {
          const lease = {
            client,
            namespace: tools.leaseNamespace,
            name: leaseName,
            identity,
            clock,
            log,
            onRenewed: (at: number) => watchdog.renewed(at),
            ...tools.lease,
          }
          await runWithLease({ ...lease, signal: held, onStartedLeading: lead })
        }
      } finally {
        ended.abort()
        await watching
      }
    },
  }
}

function timed(kind: string, reconcile: Reconcile, metrics: Metrics, clock: Clock): Reconcile {
  return async (key, signal) => {
    const started = clock.now()
    const done = (result: 'ok' | 'error'): void =>
      metrics.reconciled(kind, result, (clock.now() - started) / 1000)
    try {
      const result = await reconcile(key, signal)
      done('ok')
      return result
    } catch (error) {
      done('error')
      throw error
    }
  }
}
