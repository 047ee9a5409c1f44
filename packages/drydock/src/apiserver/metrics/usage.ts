import type { ContainerSample, PodSample } from './scrape.ts'

/** What a container used over a time, from one sample to the next. */
export interface ContainerUsage {
  readonly name: string
  /** Billionths of a core, on average. */
  readonly cpu: number
  /** Bytes, at the end. */
  readonly memory: number
}

export interface PodUsage {
  /** The end of the time; ms since the epoch. */
  readonly at: number
  /** Its length; ms. */
  readonly window: number
  readonly containers: readonly ContainerUsage[]
}

/** Containers younger than this have no figures yet, as with metrics-server; ms. */
const freshest = 500

/**
 * What a pod used between two samples; where a container began after the first one, since it began. Undefined where there is
 * nothing to compare yet. Pure.
 */
export function usageBetween(before: PodSample | undefined, after: PodSample): PodUsage | undefined {
  const containers: ContainerUsage[] = []
  let at = 0
  let window = 0
  for (const [name, sample] of after) {
    const from = startOf(before?.get(name), sample)
    if (from === undefined) continue
    const ms = sample.at - from.at
    if (ms < freshest) continue
    const cpu = Math.max(0, Math.round(((sample.cpu - from.cpu) * 1000) / ms))
    containers.push({ name, cpu, memory: sample.memory })
    at = Math.max(at, sample.at)
    window = Math.max(window, ms)
  }
  return containers.length === 0 ? undefined : { at, window, containers }
}

function startOf(
  before: ContainerSample | undefined,
  { startedAt, at }: ContainerSample,
): { at: number; cpu: number } | undefined {
  if (before?.startedAt === startedAt) return before.at < at ? before : undefined
  return { at: startedAt, cpu: 0 }
}
