/**
 * What the operator tells Prometheus about itself and its caches. Names start with `orlop_`; process and event loop are told of by the
 * names that dashboards know.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client'
import manifest from '../package.json' with { type: 'json' }

export interface Metrics {
  readonly registry: Registry
  reconciled(kind: string, result: 'ok' | 'error', seconds: number): void
  acted(kind: string, action: string): void
  /** Publishes the health of one resource; `undefined` when it is gone. */
  resource(kind: string, namespace: string, name: string, health: Health | undefined): void
  leading(isLeader: boolean): void
  /** How many resources wait to be looked at. */
  queued(controller: string, keys: number): void
}

export interface Health {
  readonly ready: boolean
  readonly instances: number
  readonly readyInstances: number
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const reconciles = new Counter({
    name: 'orlop_reconcile_total',
    help: 'Passes over a resource, by kind and result',
    labelNames: ['kind', 'result'],
    registers,
  })
  const durations = new Histogram({
    name: 'orlop_reconcile_duration_seconds',
    help: 'How long a pass over a resource took',
    labelNames: ['kind'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const actions = new Counter({
    name: 'orlop_action_total',
    help: 'Actions carried out, by kind of resource and action',
    labelNames: ['kind', 'action'],
    registers,
  })
  const labelNames = ['kind', 'namespace', 'name']
  const ready = new Gauge({
    name: 'orlop_resource_ready',
    help: '1 when clients can connect',
    labelNames,
    registers,
  })
  const wanted = new Gauge({
    name: 'orlop_resource_instances',
    help: 'Instances asked for',
    labelNames,
    registers,
  })
  const have = new Gauge({
    name: 'orlop_resource_ready_instances',
    help: 'Instances that serve or are in sync',
    labelNames,
    registers,
  })
  const leader = new Gauge({ name: 'orlop_leader', help: '1 on the replica that acts', registers })
  leader.set(0)
  const build = new Gauge({
    name: 'orlop_build_info',
    help: 'Always 1; which version runs',
    labelNames: ['version'],
    registers,
  })
  build.set({ version: manifest.version }, 1)
  const depth = new Gauge({
    name: 'orlop_queue_depth',
    help: 'Resources that wait to be looked at',
    labelNames: ['controller'],
    registers,
  })
  return {
    registry,
    reconciled(kind, result, seconds) {
      reconciles.inc({ kind, result })
      durations.observe({ kind }, seconds)
    },
    acted: (kind, action) => actions.inc({ kind, action }),
    resource(kind, namespace, name, health) {
      const of = { kind, namespace, name }
      if (!health) {
        for (const gauge of [ready, wanted, have]) gauge.remove(of)
        return
      }
      ready.set(of, health.ready ? 1 : 0)
      wanted.set(of, health.instances)
      have.set(of, health.readyInstances)
    },
    queued: (controller, keys) => depth.set({ controller }, keys),
    leading: (isLeader) => leader.set(isLeader ? 1 : 0),
  }
}
