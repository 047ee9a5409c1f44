import type { Pod, PodDisruptionBudget } from '@orlop/kube'
import { describe, expect, test } from 'vitest'
import { type BudgetStatus, budgetStatus } from './budget.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')

function budget(spec: NonNullable<PodDisruptionBudget['spec']>, status?: BudgetStatus): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', namespace: 'shop', generation: 4 },
    spec,
    ...(status === undefined ? {} : { status }),
  }
}

const pods = (...ready: boolean[]): Pod[] =>
  ready.map((isReady, i) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `web-${i}`,
      namespace: 'shop',
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 's', controller: true },
      ],
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  }))

const scaleOf = (): number => 5

describe('allowed disruptions', () => {
  test.each([
    ['minAvailable', { minAvailable: 2 }, pods(true, true, true), [3, 2, 3, 1]],
    ['minAvailable that cannot be', { minAvailable: 9 }, pods(true, true), [2, 9, 2, 0]],
    [
      'minAvailable in percent, of what the controller wants',
      { minAvailable: '50%' },
      pods(true, true, true, true),
      [5, 3, 4, 1],
    ],
    ['maxUnavailable', { maxUnavailable: 1 }, pods(true, true, true, true, true), [5, 4, 5, 1]],
    [
      'maxUnavailable with one pod missing',
      { maxUnavailable: 1 },
      pods(true, true, true, true),
      [5, 4, 4, 0],
    ],
    [
      'maxUnavailable in percent, rounded up',
      { maxUnavailable: '30%' },
      pods(true, true, true, true, false),
      [5, 3, 4, 1],
    ],
    ['no pods', { minAvailable: 0 }, [], [0, 0, 0, 0]],
  ])('%s', (_, spec, found, [expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed]) => {
    expect(budgetStatus({ budget: budget(spec), pods: found, scaleOf, now: NOW })).toMatchObject({
      observedGeneration: 4,
      expectedPods,
      desiredHealthy,
      currentHealthy,
      disruptionsAllowed,
    })
  })
})

test('an eviction counts until its pod is deleted or two minutes are over', () => {
  const since = (seconds: number): PodDisruptionBudget =>
    budget(
      { minAvailable: 1 },
      {
        currentHealthy: 0,
        desiredHealthy: 0,
        disruptionsAllowed: 0,
        expectedPods: 0,
        disruptedPods: { 'web-0': new Date(NOW - seconds * 1000).toISOString() },
      },
    )
  const view = { pods: pods(true, true, true), scaleOf, now: NOW }
  expect(budgetStatus({ ...view, budget: since(10) })).toMatchObject({
    currentHealthy: 2,
    disruptionsAllowed: 1,
  })
  const later = budgetStatus({ ...view, budget: since(121) })
  expect(later).toMatchObject({ currentHealthy: 3, disruptionsAllowed: 2 })
  expect(later.disruptedPods).toBeUndefined()
})

test('a status computed again is the same', () => {
  const view = { pods: pods(true, true), scaleOf, now: NOW }
  const first = budgetStatus({ ...view, budget: budget({ minAvailable: 1 }) })
  expect(budgetStatus({ ...view, budget: budget({ minAvailable: 1 }, first), now: NOW + 60_000 })).toEqual(
    first,
  )
})
