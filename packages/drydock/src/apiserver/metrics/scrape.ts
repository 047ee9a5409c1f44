import { request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { numberAt, objectsAt, stringAt } from '../object.ts'

/** What one container had used at one moment. */
export interface ContainerSample {
  /** ms since the epoch */
  readonly at: number
  readonly startedAt: number
  /** Processor time since it began; billionths of a second. */
  readonly cpu: number
  /** bytes */
  readonly memory: number
}

/** The samples of one pod's containers, by name. */
export type PodSample = ReadonlyMap<string, ContainerSample>

/** How long a kubelet may take to answer, in ms. */
const patience = 5_000

/**
 * Asks a node's kubelet what its pods use now.
 * @returns by the uid of the pod
 */
export async function scrape(socketPath: string, signal: AbortSignal): Promise<Map<string, PodSample>> {
  const answer = await get(socketPath, '/stats/summary', signal)
  const summary: unknown = JSON.parse(await text(answer))
  const pods = new Map<string, PodSample>()
  for (const pod of objectsAt(summary, 'pods')) {
    const containers = new Map<string, ContainerSample>()
    for (const container of objectsAt(pod, 'containers')) {
      containers.set(stringAt(container, 'name') ?? '', {
        at: Date.parse(stringAt(container, 'cpu', 'time') ?? ''),
        startedAt: Date.parse(stringAt(container, 'startTime') ?? ''),
        cpu: numberAt(container, 'cpu', 'usageCoreNanoSeconds') ?? 0,
        memory: numberAt(container, 'memory', 'workingSetBytes') ?? 0,
      })
    }
    pods.set(stringAt(pod, 'podRef', 'uid') ?? '', containers)
  }
  return pods
}

async function get(socketPath: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = httpRequest({ socketPath, path, signal, timeout: patience }, resolve)
  request.on('error', reject)
  request.on('timeout', () => request.destroy(new Error('the kubelet did not answer')))
  request.end()
  return promise
}
