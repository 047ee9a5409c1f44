import type { Clock, Log } from '@orlop/kube'
import { NodeError } from '../node-error.ts'
import type { PodWorker } from '../pod/worker.ts'
import type { KubeletRequest } from './request.ts'

/** What the kubelet's HTTP server works on. */
export interface ServerContext {
  readonly workers: ReadonlyMap<string, PodWorker>
  readonly clock: Clock
  readonly log: Log
}

/** The pod a request is about. Throws NodeError `NotFound`. */
export function workerOf(o: ServerContext, asked: KubeletRequest): PodWorker {
  for (const worker of o.workers.values()) {
    if (worker.pod.name === asked.pod && worker.pod.namespace === asked.namespace) return worker
  }
  throw new NodeError('NotFound', `pod "${asked.namespace}/${asked.pod}" not found on this node`)
}
