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

/** The pod a request is about: the newest of the name, as one that was deleted by force may still be ending. Throws NodeError `NotFound`. */
export function workerOf(o: ServerContext, asked: KubeletRequest): PodWorker {
  const worker = [...o.workers.values()].findLast(
    ({ pod }) => pod.name === asked.pod && pod.namespace === asked.namespace,
  )
  if (worker) return worker
  throw new NodeError('NotFound', `pod "${asked.namespace}/${asked.pod}" not found on this node`)
}
