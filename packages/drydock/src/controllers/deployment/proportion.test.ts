import type { Deployment, ReplicaSet } from '@orlop/kube'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isScaling, proportionalSizes, sizeAnnotations } from './proportion.ts'

const deploymentOf = (replicas: number): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas, selector: {}, template: {} },
})

/** Sets that were sized when the Deployment had `whole` replicas, the oldest first. */
const setsOf = (whole: number, surge: number, sizes: readonly number[]): ReplicaSet[] =>
  sizes.map((replicas, i) => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `s${i}`,
      creationTimestamp: `2030-01-0${i + 1}T00:00:00Z`,
      annotations: sizeAnnotations(deploymentOf(whole), surge),
    },
    spec: { replicas, selector: {} },
  }))

const sizes = (wanted: number, sets: readonly ReplicaSet[], surge: number): number[] => {
  const next = proportionalSizes(deploymentOf(wanted), sets, surge)
  return sets.map((set) => next.get(set) ?? 0)
}

test.each<[string, number, number[], number, number, number[]]>([
  ['scaling out, the larger gets more', 10, [8, 5], 20, 3, [14, 9]],
  ['scaling in, the larger gives more', 20, [14, 9], 10, 3, [8, 5]],
  ['of equals the newer grows', 2, [1, 1], 3, 0, [1, 2]],
  ['of equals the older shrinks', 4, [2, 2], 3, 0, [1, 2]],
  ['to nothing', 5, [3, 2], 0, 1, [0, 0]],
])('%s', (_, before, has, wanted, surge, expected) => {
  expect(sizes(wanted, setsOf(before, surge, has), surge)).toEqual(expected)
})

test('the difference is shared, to the last pod where the largest can bear the rest, and nobody goes against it', () => {
  const having = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 5 })
  fc.assert(
    fc.property(
      having,
      fc.integer({ min: 0, max: 80 }),
      fc.integer({ min: 0, max: 5 }),
      (has, wanted, surge) => {
        const total = has.reduce((sum, n) => sum + n, 0)
        const next = sizes(wanted, setsOf(Math.max(1, total - surge), surge, has), surge)
        const most = wanted > 0 ? wanted + surge : 0
        const sum = next.reduce((sum, n) => sum + n, 0)
        // What rounding leaves is taken from the largest; the roll-out takes away what that one does not have.
        const emptied = next.some((size, i) => size === 0 && has[i] === Math.max(...has))
        if (emptied) expect(sum).toBeGreaterThanOrEqual(most)
        else expect(sum).toBe(most)
        for (const [i, size] of next.entries()) {
          expect(size).toBeGreaterThanOrEqual(0)
          if (most > total) expect(size).toBeGreaterThanOrEqual(has[i] ?? 0)
          if (most < total) expect(size).toBeLessThanOrEqual(has[i] ?? 0)
        }
      },
    ),
  )
})

test('a Deployment is being scaled while a set with pods was sized for another whole', () => {
  const sets = setsOf(3, 1, [2, 1])
  expect(isScaling(deploymentOf(3), sets)).toBe(false)
  expect(isScaling(deploymentOf(4), sets)).toBe(true)
  expect(isScaling(deploymentOf(4), setsOf(3, 1, [0]))).toBe(false)
})
