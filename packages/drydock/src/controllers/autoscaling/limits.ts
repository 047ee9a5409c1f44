/** How far and how fast a target may be scaled. Pure; after normalizeDesiredReplicas* of pkg/controller/podautoscaler/horizontal.go. */
import type { HorizontalPodAutoscaler } from '@orlop/kube'
import { changeWithin, type History } from './history.ts'

type Behavior = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['behavior']>
type Rules = NonNullable<Behavior['scaleUp']>

export interface LimitInput {
  readonly current: number
  /** What the figures ask for. */
  readonly desired: number
  readonly min: number
  readonly max: number
  readonly behavior: Behavior | undefined
  readonly history: History
  /** Scaling in follows the highest wish within this time, unless the behavior says another; ms. */
  readonly downscaleStabilization: number
  readonly now: number
}

export interface Told {
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

export interface Limited {
  readonly replicas: number
  readonly ableToScale: Told
  readonly scalingLimited: Told
}

export function limit(input: LimitInput): Limited {
  const stable = input.behavior === undefined ? highestRecent(input) : withinWindows(input)
  const { replicas, reason, message } =
    input.behavior === undefined ? byDefault(input, stable) : byPolicies(input, stable)
  return {
    replicas,
    ableToScale: stable === input.desired ? ready : stabilized(input),
    scalingLimited: { status: replicas === stable ? 'False' : 'True', reason, message },
  }
}

const ready: Told = {
  status: 'True',
  reason: 'ReadyForNewScale',
  message: 'recommended size matches current size',
}

function stabilized({ behavior, desired, current }: LimitInput): Told {
  return behavior !== undefined && desired >= current
    ? {
        status: 'True',
        reason: 'ScaleUpStabilized',
        message:
          'recent recommendations were lower than current one, applying the lowest recent recommendation',
      }
    : {
        status: 'True',
        reason: 'ScaleDownStabilized',
        message:
          'recent recommendations were higher than current one, applying the highest recent recommendation',
      }
}

function highestRecent({ desired, history, downscaleStabilization, now }: LimitInput): number {
  const recent = history.wishes.filter(({ at }) => at >= now - downscaleStabilization)
  return Math.max(desired, ...recent.map(({ replicas }) => replicas))
}

/** Out no further than the lowest, in no further than the highest wish of their times. */
function withinWindows(input: LimitInput): number {
  const { behavior, desired, current, history, now } = input
  const since = (rules: Rules | undefined, otherwise: number): number[] => {
    const window = (rules?.stabilizationWindowSeconds ?? otherwise / 1000) * 1000
    return history.wishes.filter(({ at }) => at > now - window).map(({ replicas }) => replicas)
  }
  const lowest = Math.min(desired, ...since(behavior?.scaleUp, 0))
  const highest = Math.max(desired, ...since(behavior?.scaleDown, input.downscaleStabilization))
  return Math.min(Math.max(current, lowest), highest)
}

interface Bounded {
  readonly replicas: number
  readonly reason: string
  readonly message: string
}

const within = (replicas: number): Bounded => ({
  replicas,
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
})
const tooMany = (replicas: number): Bounded => ({
  replicas,
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
})
const tooFew = (replicas: number): Bounded => ({
  replicas,
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
})
const tooFast = (replicas: number): Bounded => ({
  replicas,
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
})
const tooFastDown = (replicas: number): Bounded => ({
  replicas,
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
})

/** Without a behavior it doubles at most, or goes to four. */
function byDefault({ current, min, max }: LimitInput, desired: number): Bounded {
  const fastest = Math.max(2 * current, 4)
  if (desired < min) return tooFew(min)
  if (desired <= Math.min(max, fastest)) return within(desired)
  return max > fastest ? tooFast(fastest) : tooMany(max)
}

function byPolicies(input: LimitInput, desired: number): Bounded {
  const { current, min, max, behavior } = input
  if (desired > current) {
    const fastest = Math.max(current, mostAfter(input, behavior?.scaleUp ?? {}))
    if (desired <= Math.min(max, fastest)) return within(desired)
    return max > fastest ? tooFast(fastest) : tooMany(max)
  }
  if (desired < current) {
    const fastest = Math.min(current, leastAfter(input, behavior?.scaleDown ?? {}))
    if (desired >= Math.max(min, fastest)) return within(desired)
    return min < fastest ? tooFastDown(fastest) : tooFew(min)
  }
  return within(desired)
}

/** The size at the beginning of a period, as far as it is this autoscaler that changed it. */
function sizeBefore({ current, history, now }: LimitInput, seconds: number): number {
  const period = seconds * 1000
  return current - changeWithin(history.ups, period, now) + changeWithin(history.downs, period, now)
}

function mostAfter(input: LimitInput, { selectPolicy, policies = [] }: Rules): number {
  if (selectPolicy === 'Disabled') return input.current
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const before = sizeBefore(input, periodSeconds)
    // Rounded up, or a share of few pods would never be one.
    return type === 'Pods' ? before + value : Math.ceil(before * (1 + value / 100))
  })
  return selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals)
}

function leastAfter(input: LimitInput, { selectPolicy, policies = [] }: Rules): number {
  if (selectPolicy === 'Disabled') return input.current
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const before = sizeBefore(input, periodSeconds)
    return type === 'Pods' ? before - value : Math.trunc(before * (1 - value / 100))
  })
  return selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals)
}
