/** What kube-controller-manager and kube-scheduler do, in this process. */
import { type Client, type Clock, type Log, Manager } from '@orlop/kube'
import { autoscalers } from './autoscaling/controller.ts'
import type { ControllerContext, Run } from './context.ts'
import { cronJobs } from './cronjob/controller.ts'
import { deployments } from './deployment/controller.ts'
import { disruption } from './disruption/controller.ts'
import { endpointSlices, endpoints } from './endpoints/controller.ts'
import { garbageCollector } from './garbage/collector.ts'
import { jobs } from './job/controller.ts'
import { mirroredSlices } from './mirrored-slices/controller.ts'
import { namespaces } from './namespaces/controller.ts'
import { nodeLifecycle } from './node-lifecycle/controller.ts'
import { podGarbage } from './node-lifecycle/pod-garbage.ts'
import { taintEviction } from './node-lifecycle/taint-eviction.ts'
import { replicaSets } from './replicaset/controller.ts'
import { rootAuthorities } from './root-ca/controller.ts'
import { scheduler } from './scheduler/controller.ts'
import { loadBalancers } from './services/load-balancers.ts'
import { statefulSets } from './statefulset/controller.ts'
import { claims } from './volumes/claims.ts'
import { storageClasses, volumes } from './volumes/volumes.ts'

export type ControllerName =
  | 'statefulset'
  | 'endpointslice'
  | 'endpoints'
  | 'garbage-collector'
  | 'namespace'
  | 'persistentvolumeclaim'
  | 'persistentvolume'
  | 'storageclass'
  | 'scheduler'
  | 'disruption'
  | 'replicaset'
  | 'deployment'
  | 'job'
  | 'cronjob'
  | 'autoscaler'
  | 'node-lifecycle'
  | 'taint-eviction'
  | 'pod-garbage-collector'
  | 'service-lb'
  | 'endpointslice-mirroring'
  | 'root-ca-certificate-publisher'

/** Each registers itself with the manager. */
const CONTROLLERS: Readonly<Record<ControllerName, (context: ControllerContext) => void>> = {
  statefulset: statefulSets,
  endpointslice: endpointSlices,
  endpoints,
  'garbage-collector': garbageCollector,
  namespace: namespaces,
  persistentvolumeclaim: claims,
  persistentvolume: volumes,
  storageclass: storageClasses,
  scheduler,
  disruption,
  replicaset: replicaSets,
  deployment: deployments,
  job: jobs,
  cronjob: cronJobs,
  autoscaler: autoscalers,
  'node-lifecycle': nodeLifecycle,
  'taint-eviction': taintEviction,
  'pod-garbage-collector': podGarbage,
  'service-lb': loadBalancers,
  'endpointslice-mirroring': mirroredSlices,
  'root-ca-certificate-publisher': rootAuthorities,
}

export const controllerNames: readonly ControllerName[] = Object.keys(CONTROLLERS).filter(isName)

export interface ControllersOptions {
  readonly client: Client
  readonly log: Log
  readonly clock: Clock
  /** In [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly signal: AbortSignal
  /** The drydock's folder: volumes are made under `STATE/volumes`. */
  readonly stateDir: string
  /** How long a node may be silent before it counts as lost, in ms; 50,000 unless said, as `--node-monitor-grace-period`. */
  readonly nodeGrace?: number | undefined
  /** Waiting times of autoscalers; kube-controller-manager's unless said. */
  readonly autoscaling?: ControllerContext['autoscaling']
  /** PEM of the certificate by which pods know the API server; without it nobody publishes one. */
  readonly authority?: string | undefined
  /** All unless said. */
  readonly only?: readonly ControllerName[]
}

/**
 * Runs the controllers over one set of caches.
 * @returns when `signal` has fired and nothing runs any more; rejects where a part of them broke
 */
export async function startControllers(options: ControllersOptions): Promise<void> {
  const { client, clock, random, signal, stateDir, nodeGrace = 50_000, only = controllerNames } = options
  const log = options.log.child({ part: 'controllers' })
  const manager = new Manager({ client, log, clock, random })
  const runs: Run[] = [(stop) => manager.run(stop)]
  const beside = (run: Run): void => void runs.push(run)
  const context: ControllerContext = {
    client,
    manager,
    beside,
    log,
    clock,
    random,
    autoscaling: options.autoscaling,
    authority: options.authority,
    stateDir,
    nodeGrace,
  }
  for (const name of only) CONTROLLERS[name](context)
  const broken = new AbortController()
  const stop = AbortSignal.any([signal, broken.signal])
  await Promise.all(
    runs.map((run) =>
      run(stop).catch((error: unknown) => {
        broken.abort(error)
      }),
    ),
  )
  if (broken.signal.aborted) throw broken.signal.reason
}

function isName(name: string): name is ControllerName {
  return Object.hasOwn(CONTROLLERS, name)
}
