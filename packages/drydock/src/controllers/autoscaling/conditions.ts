/** The conditions of an autoscaler. Pure. */
import type { HorizontalPodAutoscaler } from '@orlop/kube'
import { timestamp } from '../timestamp.ts'
import type { Told } from './limits.ts'

export type AutoscalerStatus = NonNullable<HorizontalPodAutoscaler['status']>
export type AutoscalerCondition = NonNullable<AutoscalerStatus['conditions']>[number]
export type ConditionType = 'AbleToScale' | 'ScalingActive' | 'ScalingLimited'

/** Those that were, with this one as it is now; its time moves only when it turns. */
export function withCondition(
  conditions: readonly AutoscalerCondition[],
  type: ConditionType,
  { status, reason, message }: Told,
  now: number,
): AutoscalerCondition[] {
  const old = conditions.find((one) => one.type === type)
  const since = old?.status === status ? old.lastTransitionTime : timestamp(now)
  const next = {
    type,
    status,
    reason,
    message,
    ...(since === undefined ? {} : { lastTransitionTime: since }),
  }
  return old === undefined ? [...conditions, next] : conditions.map((one) => (one.type === type ? next : one))
}
