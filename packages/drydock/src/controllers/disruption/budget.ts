/** How many pods of a PodDisruptionBudget may be evicted. Pure. */

import { isDeepStrictEqual } from 'node:util'
import type { OwnerReference, Pod, PodDisruptionBudget } from '@orlop/kube'
import { controllerOf } from '@orlop/kube'
import { isFinished, isReady, isTerminating } from '../pod-state.ts'
import { timestamp } from '../timestamp.ts'
import { amount } from '../workloads/percent.ts'

export type BudgetStatus = NonNullable<PodDisruptionBudget['status']>

/** An eviction that no deletion followed is forgotten after this (DeletionTimeout in disruption.go), ms. */
const EVICTION_MEMORY = 2 * 60_000

export interface BudgetView {
  readonly budget: PodDisruptionBudget
  /** Those its selector matches. */
  readonly pods: readonly Pod[]
  /** The replicas that a pod's controller asks for, where it is known. */
  readonly scaleOf: (owner: OwnerReference, namespace: string) => number | undefined
  /** ms since the epoch */
  readonly now: number
}

export function budgetStatus(view: BudgetView): BudgetStatus {
  const { budget, now } = view
  const pods = view.pods.filter((pod) => !isFinished(pod))
  const { expectedPods, desiredHealthy } = wanted(view, pods)
  const disruptedPods = stillDisrupted(budget, pods, now)
  const currentHealthy = pods.filter(
    (pod) => isReady(pod) && !isTerminating(pod) && disruptedPods[pod.metadata.name] === undefined,
  ).length
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0
  const status: BudgetStatus = {
    observedGeneration: budget.metadata.generation ?? 0,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    disruptionsAllowed,
    ...(Object.keys(disruptedPods).length > 0 ? { disruptedPods } : {}),
  }
  return { ...status, conditions: conditions(budget, disruptionsAllowed, now) }
}

export function sameStatus(a: BudgetStatus | undefined, b: BudgetStatus): boolean {
  return isDeepStrictEqual(a, b)
}

function wanted(view: BudgetView, pods: readonly Pod[]): { expectedPods: number; desiredHealthy: number } {
  const { minAvailable, maxUnavailable } = view.budget.spec ?? {}
  if (maxUnavailable !== undefined) {
    const expectedPods = scale(view, pods)
    return {
      expectedPods,
      desiredHealthy: Math.max(0, expectedPods - amount(maxUnavailable, expectedPods, 'up')),
    }
  }
  if (typeof minAvailable === 'string') {
    const expectedPods = scale(view, pods)
    return { expectedPods, desiredHealthy: amount(minAvailable, expectedPods, 'up') }
  }
  return { expectedPods: pods.length, desiredHealthy: minAvailable ?? 1 }
}

/** What the pods' controllers ask for; a pod of nobody's does not count, one of a controller that is not known counts as one. */
function scale({ scaleOf, budget }: BudgetView, pods: readonly Pod[]): number {
  const seen = new Set<string>()
  let sum = 0
  for (const pod of pods) {
    const owner = controllerOf(pod)
    if (owner === undefined) continue
    const replicas = scaleOf(owner, budget.metadata.namespace ?? 'default')
    if (replicas === undefined) sum += 1
    else if (!seen.has(owner.uid)) sum += replicas
    seen.add(owner.uid)
  }
  return sum
}

function stillDisrupted(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  now: number,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(status?.disruptedPods ?? {}).filter(([name, since]) => {
      const pod = pods.find((p) => p.metadata.name === name)
      return pod !== undefined && !isTerminating(pod) && Date.parse(since) + EVICTION_MEMORY > now
    }),
  )
}

type Condition = NonNullable<BudgetStatus['conditions']>[number]

function conditions({ metadata, status }: PodDisruptionBudget, allowed: number, now: number): Condition[] {
  const present = status?.conditions ?? []
  const old = present.find((condition) => condition.type === 'DisruptionAllowed')
  const value = allowed > 0 ? 'True' : 'False'
  const next: Condition = {
    type: 'DisruptionAllowed',
    status: value,
    reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    observedGeneration: metadata.generation ?? 0,
    lastTransitionTime: old?.status === value ? old.lastTransitionTime : timestamp(now),
  }
  return [...present.filter((condition) => condition.type !== 'DisruptionAllowed'), next]
}
