/**
 * How many pods a figure asks for. Pure; after pkg/controller/podautoscaler/replica_calculator.go. Amounts are thousandths, as
 * there: of a core, of a byte.
 */
import type { Pod } from '@orlop/kube'
import { isReady, podCondition } from '../pod-state.ts'
import { quantity } from '../quantity.ts'

/** What one pod uses of something. */
export interface PodFigure {
  readonly value: number
  /** ms since the epoch */
  readonly at: number
  /** How long it was looked at; ms. */
  readonly window: number
}

/** By the pod's name. */
export type PodFigures = ReadonlyMap<string, PodFigure>

export interface CountInput {
  /** Those the target's selector finds. */
  readonly pods: readonly Pod[]
  readonly figures: PodFigures
  readonly resource: string
  /** What the target's scale asks for. */
  readonly current: number
  readonly now: number
  readonly timing: CountTiming
}

export interface CountTiming {
  /** By how much the ratio may be off before anything is done. */
  readonly tolerance: number
  /** After its start a pod's processor time counts only once it is ready and was looked at since; ms. */
  readonly cpuInitialization: number
  /** A pod that turned unready within this after its start was never ready; ms. */
  readonly initialReadiness: number
}

export interface Count {
  readonly replicas: number
  /** The mean. */
  readonly value: number
  /** The mean share of what was requested, in percent; where that was asked for. */
  readonly utilization?: number
}

/** What cannot be counted; the message goes into the condition. */
export class CountError extends Error {
  override readonly name = 'CountError'
}

/** @throws CountError */
export function replicasForUtilization(input: CountInput, target: number, container: string): Count {
  const requests = requestsOf(input.pods, container, input.resource)
  const ratio = (values: ReadonlyMap<string, number>): Measured => utilizationRatio(values, requests, target)
  // Scaling in, a pod without figures is taken to use all it asked for.
  const missing = (pod: string): number =>
    Math.trunc(((requests.get(pod) ?? 0) * Math.max(100, target)) / 100)
  return count(input, ratio, missing)
}

/** @throws CountError */
export function replicasForUsage(input: CountInput, target: number): Count {
  const ratio = (values: ReadonlyMap<string, number>): Measured => {
    const mean = Math.trunc(sum(values.values()) / values.size)
    return { ratio: mean / target, value: mean }
  }
  return count(input, ratio, () => target)
}

interface Measured {
  readonly ratio: number
  readonly value: number
  readonly utilization?: number
}

function count(
  input: CountInput,
  measure: (values: ReadonlyMap<string, number>) => Measured,
  ofMissing: (pod: string) => number,
): Count {
  const { pods, figures, current, timing } = input
  if (pods.length === 0) throw new CountError('no pods returned by selector while calculating replica count')
  const groups = groupPods(input)
  const values = new Map<string, number>()
  for (const [name, { value }] of figures) if (!groups.aside.has(name)) values.set(name, value)
  if (values.size === 0)
    throw new CountError('did not receive metrics for targeted pods (pods might be unready)')
  const { ratio, ...seen } = measure(values)
  const within = (one: number): boolean => 1 - timing.tolerance <= one && one <= 1 + timing.tolerance
  const stay = { replicas: current, ...seen }
  const unreadyCount = groups.unready.length > 0 && ratio > 1
  if (!unreadyCount && groups.missing.length === 0) {
    return within(ratio) ? stay : { ...seen, replicas: Math.ceil(ratio * groups.ready) }
  }
  // What is not known is taken to speak against the change.
  if (ratio !== 1) for (const pod of groups.missing) values.set(pod, ratio < 1 ? ofMissing(pod) : 0)
  if (unreadyCount) for (const pod of groups.unready) values.set(pod, 0)
  const again = measure(values).ratio
  const turned = (ratio < 1 && again > 1) || (ratio > 1 && again < 1)
  if (within(again) || turned) return stay
  const replicas = Math.ceil(again * values.size)
  const wrongWay = (again < 1 && replicas > current) || (again > 1 && replicas < current)
  return wrongWay ? stay : { ...seen, replicas }
}

interface Groups {
  readonly ready: number
  readonly unready: readonly string[]
  readonly missing: readonly string[]
  /** Those whose figures do not count. */
  readonly aside: ReadonlySet<string>
}

function groupPods({ pods, figures, resource, now, timing }: CountInput): Groups {
  const unready: string[] = []
  const missing: string[] = []
  const ignored: string[] = []
  let ready = 0
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata
    const figure = figures.get(name)
    if (deletionTimestamp !== undefined || pod.status?.phase === 'Failed') ignored.push(name)
    else if (pod.status?.phase === 'Pending') unready.push(name)
    else if (figure === undefined) missing.push(name)
    else if (resource === 'cpu' && isWarmingUp(pod, figure, now, timing)) unready.push(name)
    else ready++
  }
  return { ready, unready, missing, aside: new Set([...ignored, ...unready]) }
}

/** Starting takes processor time that says nothing of the work to come. */
function isWarmingUp(pod: Pod, figure: PodFigure, now: number, timing: CountTiming): boolean {
  const condition = podCondition(pod, 'Ready')
  const started = Date.parse(pod.status?.startTime ?? '')
  if (condition === undefined || Number.isNaN(started)) return true
  const turned = Date.parse(condition.lastTransitionTime ?? '') || 0
  if (started + timing.cpuInitialization > now) return !isReady(pod) || figure.at < turned + figure.window
  return !isReady(pod) && started + timing.initialReadiness > turned
}

/** Of each pod, or of one container of it; sidecars count. @throws CountError where one does not say. */
function requestsOf(pods: readonly Pod[], container: string, resource: string): Map<string, number> {
  const requests = new Map<string, number>()
  for (const { metadata, spec } of pods) {
    const sidecars = (spec?.initContainers ?? []).filter((one) => one.restartPolicy === 'Always')
    const amounts = [...(spec?.containers ?? []), ...sidecars]
      .filter((one) => container === '' || one.name === container)
      .map((one) => {
        const asked = one.resources?.requests?.[resource]
        if (asked !== undefined) return thousandths(asked)
        throw new CountError(
          `missing request for ${resource} in container ${one.name} of Pod ${metadata.name}`,
        )
      })
    requests.set(metadata.name, sum(amounts))
  }
  return requests
}

function utilizationRatio(
  values: ReadonlyMap<string, number>,
  requests: ReadonlyMap<string, number>,
  target: number,
): Measured {
  const known = [...values].filter(([pod]) => requests.has(pod))
  const used = sum(known.map(([, value]) => value))
  const requested = sum(known.map(([pod]) => requests.get(pod) ?? 0))
  if (requested === 0) throw new CountError('no metrics returned matched known pods')
  const utilization = Math.trunc((used * 100) / requested)
  return { ratio: utilization / target, value: Math.trunc(used / known.length), utilization }
}

/** Rounded up, as `MilliValue` does. */
export function thousandths(amount: string | number): number {
  return Math.ceil(quantity(amount) * 1000 - 1e-6)
}

function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}
