/** What an autoscaler does about its target, given all that it looked at. Pure. */
import type { EventInput, HorizontalPodAutoscaler, Pod } from '@orlop/kube'
import { timestamp } from '../timestamp.ts'
import { type AutoscalerStatus, type ConditionType, withCondition } from './conditions.ts'
import { type Evaluation, evaluate } from './evaluate.ts'
import { beginHistory, type History, withWish } from './history.ts'
import { limit, type Told } from './limits.ts'
import type { PodMetrics } from './pod-metrics.ts'
import type { CountError, CountTiming } from './replica-count.ts'

export interface AutoscalingTiming extends CountTiming {
  /** How often each autoscaler looks; ms. */
  readonly syncPeriod: number
  /** See {@link limit}; ms. */
  readonly downscaleStabilization: number
}

/** Those of kube-controller-manager. */
export const defaultAutoscalingTiming: AutoscalingTiming = {
  syncPeriod: 15_000,
  downscaleStabilization: 300_000,
  tolerance: 0.1,
  cpuInitialization: 300_000,
  initialReadiness: 30_000,
}

/** Which pods are the target's, and what they use; or why that cannot be told. */
export type Observed =
  | {
      readonly pods: readonly Pod[]
      readonly podMetrics: readonly PodMetrics[] | CountError
    }
  | { readonly reason: string; readonly event: EventInput; readonly message: string }

export interface AutoscalerView {
  readonly autoscaler: HorizontalPodAutoscaler
  /** What the target's scale asks for now. */
  readonly current: number
  /** Asked for only where the figures decide. */
  readonly observed: Observed | undefined
  readonly history: History | undefined
  readonly now: number
  readonly timing: AutoscalingTiming
}

export interface AutoscalerPlan {
  /** Set the scale to this, for this reason. */
  readonly rescale?: { readonly replicas: number; readonly reason: string }
  readonly status: AutoscalerStatus
  readonly history: History
  readonly events: readonly EventInput[]
}

/** Whether the figures decide, and not a limit that the current size is beyond. */
export function needsFigures({ spec }: HorizontalPodAutoscaler, current: number): boolean {
  const min = spec?.minReplicas ?? 1
  return !(current === 0 && min !== 0) && current <= (spec?.maxReplicas ?? 0) && current >= min
}

export function planAutoscaler(view: AutoscalerView): AutoscalerPlan {
  const { autoscaler, current, observed, now } = view
  const { min, max } = boundsOf(autoscaler)
  const history = view.history ?? beginHistory(current, now)
  const conditions = new Conditions(autoscaler, now)
  conditions.set('AbleToScale', {
    status: 'True',
    reason: 'SucceededGetScale',
    message: "the HPA controller was able to get the target's current scale",
  })
  const to = (replicas: number, reason: string): AutoscalerPlan => ({
    rescale: { replicas, reason },
    status: statusOf(view, replicas, undefined, conditions),
    history,
    events: [],
  })
  if (current === 0 && min !== 0) {
    conditions.set('ScalingActive', {
      status: 'False',
      reason: 'ScalingDisabled',
      message: 'scaling is disabled since the replica count of the target is zero',
    })
    return { status: statusOf(view, 0, undefined, conditions), history, events: [] }
  }
  if (current > max) return to(max, 'Current number of replicas above Spec.MaxReplicas')
  if (current < min) return to(min, 'Current number of replicas below Spec.MinReplicas')
  if (observed === undefined) throw new TypeError('the figures are needed and were not looked at')
  if ('reason' in observed) {
    const { reason, message, event } = observed
    conditions.set('ScalingActive', { status: 'False', reason, message })
    const computing = { type: 'Warning', reason: 'FailedComputeMetricsReplicas', note: event.note } as const
    return {
      status: statusOf(view, undefined, undefined, conditions),
      history,
      events: [event, computing],
    }
  }
  const { metadata, spec } = autoscaler
  const evaluation = evaluate({
    ...view,
    ...observed,
    metrics: spec?.metrics ?? [],
    namespace: metadata.namespace ?? '',
  })
  conditions.set('ScalingActive', evaluation.scalingActive)
  const { replicas: desired, events } = evaluation
  if (desired === undefined)
    return { status: statusOf(view, undefined, evaluation, conditions), history, events }
  return scaled({ ...view, history }, evaluation, desired, conditions)
}

/** What the figures ask for, within the limits. */
function scaled(
  view: AutoscalerView & { history: History },
  evaluation: Evaluation,
  desired: number,
  conditions: Conditions,
): AutoscalerPlan {
  const { autoscaler, current, now, timing, history } = view
  const { replicas, ableToScale, scalingLimited } = limit({
    ...boundsOf(autoscaler),
    current,
    desired,
    behavior: autoscaler.spec?.behavior,
    history,
    downscaleStabilization: timing.downscaleStabilization,
    now,
  })
  conditions.set('AbleToScale', ableToScale)
  conditions.set('ScalingLimited', scalingLimited)
  const reason =
    desired > current
      ? `${evaluation.metric} above target`
      : desired < current
        ? 'All metrics below target'
        : ''
  return {
    ...(replicas === current ? {} : { rescale: { replicas, reason } }),
    status: statusOf(view, replicas, evaluation, conditions),
    history: withWish(history, desired, now),
    events: evaluation.events,
  }
}

class Conditions {
  #list: NonNullable<AutoscalerStatus['conditions']>
  readonly #now: number

  constructor({ status }: HorizontalPodAutoscaler, now: number) {
    this.#list = status?.conditions ?? []
    this.#now = now
  }

  set(type: ConditionType, told: Told): void {
    this.#list = withCondition(this.#list, type, told, this.#now)
  }

  get list(): NonNullable<AutoscalerStatus['conditions']> {
    return this.#list
  }
}

function boundsOf({ spec }: HorizontalPodAutoscaler): { min: number; max: number } {
  return { min: spec?.minReplicas ?? 1, max: spec?.maxReplicas ?? 0 }
}

/** @param desired undefined to keep what was */
function statusOf(
  { autoscaler, current }: AutoscalerView,
  desired: number | undefined,
  evaluation: Evaluation | undefined,
  { list }: Conditions,
): AutoscalerStatus {
  const { lastScaleTime, desiredReplicas = 0 } = autoscaler.status ?? {}
  return {
    ...(current === 0 ? {} : { currentReplicas: current }),
    desiredReplicas: desired ?? desiredReplicas,
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    ...(evaluation === undefined ? {} : { currentMetrics: evaluation.statuses }),
    conditions: list,
  }
}

/** After the target's scale was set, or could not be. */
export function rescaled(
  status: AutoscalerStatus,
  { replicas }: { replicas: number },
  failure: string | undefined,
  now: number,
): AutoscalerStatus {
  const told: Told =
    failure === undefined
      ? {
          status: 'True',
          reason: 'SucceededRescale',
          message: `the HPA controller was able to update the target scale to ${replicas}`,
        }
      : {
          status: 'False',
          reason: 'FailedUpdateScale',
          message: `the HPA controller was unable to update the target scale: ${failure}`,
        }
  const conditions = withCondition(status.conditions ?? [], 'AbleToScale', told, now)
  return { ...status, conditions, ...(failure === undefined ? { lastScaleTime: timestamp(now) } : {}) }
}
