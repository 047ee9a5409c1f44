import type { Client, Clock, KubeObject, Log } from '@orlop/kube'
import type { BackoffOptions } from '../container/backoff.ts'
import type { LimitGroups } from '../container/cgroup.ts'
import type { Surroundings } from '../container/field-path.ts'
import type { Gate } from '../gate.ts'
import type { PodNetwork } from '../network.ts'
import type { Programs } from '../program.ts'
import type { Semaphore } from '../semaphore.ts'
import type { Objects } from '../volumes/objects.ts'
import type { PodVolumes } from '../volumes/volumes.ts'
import type { PlacedPod } from './types.ts'

/** Waiting times of a node; milliseconds. */
export interface Timing {
  /** Between restarts of a container. */
  readonly restart: BackoffOptions
  /** Between tries of what could not be done: an image, a volume, a network. */
  readonly retry: BackoffOptions
}

/** Tells people what happened to an object. */
export type RecordEvent = (
  regarding: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  note: string,
) => void

/** What all pods of a node share. */
export interface NodeContext {
  readonly client: Client
  readonly name: string
  readonly hostIP: string
  /** Its address in the network of pods, where it has one. */
  readonly address?: string | undefined
  readonly stateDir: string
  readonly network: PodNetwork
  readonly programs: Programs
  readonly objects: Objects
  readonly allocatable: Surroundings['allocatable']
  readonly clock: Clock
  /** Shut while the node is frozen. */
  readonly awake: Gate
  readonly log: Log
  readonly timing: Timing
  readonly event: RecordEvent
  readonly limits: LimitGroups
  /** At most so many containers are being started at once. */
  readonly starts: Semaphore
}

/** A pod that has its network and its volumes. */
export interface PodRuntime {
  readonly node: NodeContext
  /** The pod as it is now in the API. */
  pod(): PlacedPod
  /** STATE/pods/<uid>. */
  readonly folder: string
  readonly ip: string
  readonly netns: string
  readonly volumes: PodVolumes
  /** To be called after every change of a container's status. */
  changed(): void
  /** Aborted when the pod is being deleted. */
  readonly stopping: AbortSignal
  /** Aborted when whatever still runs has to be killed. */
  readonly hurry: AbortSignal
}

export function around(runtime: Pick<PodRuntime, 'ip' | 'node'>): Surroundings {
  const { node } = runtime
  return { podIP: runtime.ip, hostIP: node.hostIP, nodeName: node.name, allocatable: node.allocatable }
}

/** RFC 3339 with whole seconds, as Kubernetes writes times. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}
