/** From the dataset's budget to the container's memory. Pure; the operator and `orlop plan` count alike. */
import type { Problem } from '../problem.ts'
import { formatBytes, Mi, parseQuantity, roundUp } from '../quantity.ts'
import type { ResolvedRedis } from './defaults.ts'

/** At most this part of the limit is dataset; the rest is for buffers, fragmentation and copy-on-write during a save. */
export const datasetShare = 0.7

/** Below this, a server has no room for anything but itself. */
export const leastMemory: number = Mi

export interface Capacity {
  /** `maxmemory` in bytes. */
  readonly maxmemoryBytes: number
  /** Memory limit of the data container in bytes. */
  readonly limitBytes: number
  /** Memory request in bytes: the limit, unless the resource asks for less. */
  readonly requestBytes: number
  /** What contradicts itself, with the numbers; empty when all is well. */
  readonly problems: readonly Problem[]
}

export function capacity(redis: ResolvedRedis): Capacity {
  const { memory, resources } = redis.spec
  const maxmemoryBytes = parseQuantity(memory) ?? 0
  const givenLimit = parseQuantity(resources.limits.memory ?? '')
  const needed = limitFor(maxmemoryBytes)
  const limitBytes = givenLimit ?? needed
  const requestBytes = parseQuantity(resources.requests.memory ?? '') ?? limitBytes
  const problems: Problem[] = []
  if (maxmemoryBytes < leastMemory) {
    problems.push({
      field: 'spec.memory',
      value: memory,
      message: `is ${maxmemoryBytes} bytes; the least is 1Mi`,
    })
  }
  if (limitBytes < maxmemoryBytes / datasetShare) {
    problems.push({
      field: 'spec.resources.limits.memory',
      value: resources.limits.memory,
      message: `must be at least ${formatBytes(needed)}, so that spec.memory ${memory} is at most 70 % of it; or lower spec.memory to ${formatBytes(Math.floor((limitBytes * datasetShare) / Mi) * Mi)}`,
    })
  }
  if (requestBytes > limitBytes) {
    problems.push({
      field: 'spec.resources.requests.memory',
      value: resources.requests.memory,
      message: `must be at most the limit of ${formatBytes(limitBytes)}`,
    })
  }
  return { maxmemoryBytes, limitBytes, requestBytes, problems }
}

function limitFor(maxmemoryBytes: number): number {
  return roundUp(Math.ceil(maxmemoryBytes / datasetShare), Mi)
}
