/** Conditions as KEP-1623 has them: the time of a transition changes only with the status. */
export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

export interface StampedCondition extends Condition {
  readonly lastTransitionTime: string
  readonly observedGeneration?: number
}

export function withConditions(
  before: readonly StampedCondition[],
  conditions: readonly Condition[],
  generation: number,
  now: Date,
): StampedCondition[] {
  return conditions.map((condition) => {
    const old = before.find((c) => c.type === condition.type)
    const lastTransitionTime =
      old && old.status === condition.status ? old.lastTransitionTime : `${now.toISOString().slice(0, 19)}Z`
    return { ...condition, lastTransitionTime, observedGeneration: generation }
  })
}
