/** What every controller is given, and how it registers. */
import { join } from 'node:path'
import {
  type Client,
  type Clock,
  type ControllerOptions,
  controllerOf,
  EventRecorder,
  type KubeObject,
  type Log,
  type Manager,
  type OwnerReference,
  type Pod,
  type Reflector,
  resources,
} from '@orlop/kube'
import type { AutoscalingTiming } from './autoscaling/plan.ts'

/** Resolves when the signal has fired and nothing of it runs any more. */
export type Run = (signal: AbortSignal) => Promise<void>

export interface ControllerContext {
  readonly client: Client
  readonly manager: Manager
  /** Something to run beside the manager, for as long. */
  readonly beside: (run: Run) => void
  readonly log: Log
  readonly clock: Clock
  readonly random: () => number
  /** Waiting times of autoscalers; kube-controller-manager's unless said. */
  readonly autoscaling?: Partial<AutoscalingTiming> | undefined
  /** PEM of the certificate by which pods know the API server. */
  readonly authority?: string | undefined
  /** The folder of this drydock. */
  readonly stateDir: string
  /** How long a node may be silent before it counts as lost, in ms. */
  readonly nodeGrace: number
}

/** Where the folders of volumes are. */
export const volumesFolder = ({ stateDir }: ControllerContext): string => join(stateDir, 'volumes')

/** Registers a controller. Its objects change as fast as a test makes them, and a conflict is seen again within milliseconds. */
export function register(context: ControllerContext, options: ControllerOptions): void {
  context.manager.controller({
    backoff: { initial: 10, max: 30_000, factor: 2, jitter: 0.1 },
    breaker: { burst: 1_000, perSecond: 100, hold: 1_000 },
    ...options,
  })
}

export function recorder({ client, clock, log }: ControllerContext, name: string): EventRecorder {
  return new EventRecorder({ client, clock, log, reportingController: name, reportingInstance: 'drydock' })
}

/** By the uid of the controlling owner. */
const ofController = (object: KubeObject): string[] => {
  const owner = controllerOf(object)
  return owner === undefined ? [] : [owner.uid]
}

/** What {@link watchPods} can be asked by index. */
const podIndexes = {
  controller: ofController,
  node: (pod: Pod): string[] => [pod.spec?.nodeName ?? ''],
}

/** The pods of all namespaces, with the indexes `controller` (uid) and `node` (name, '' for none). */
export function watchPods({ manager }: ControllerContext): Reflector<Pod> {
  return manager.reflector(resources.pods, { indexers: podIndexes })
}

const ownerIndexes = { controller: ofController }

/** Objects of a kind with the index `controller`. */
export function watchOwned<T extends KubeObject>(
  { manager }: ControllerContext,
  resource: Parameters<typeof manager.reflector<T>>[0],
): Reflector<T> {
  return manager.reflector(resource, { indexers: ownerIndexes })
}

/** The key of the object's controller where that is of `kind`. */
export function ownerKey(object: KubeObject, kind: string): string[] {
  const owner = controllerOf(object)
  return owner?.kind === kind ? [keyIn(object, owner)] : []
}

function keyIn({ metadata }: KubeObject, owner: OwnerReference): string {
  return `${metadata.namespace ?? ''}/${owner.name}`
}
