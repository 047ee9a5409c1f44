import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { beginHistory, type History, withChange, withWish } from './history.ts'
import { type LimitInput, limit } from './limits.ts'

const NOW = 10_000_000
const seconds = (n: number): number => NOW - n * 1000

function given(input: Partial<LimitInput>): LimitInput {
  return {
    current: 5,
    desired: 5,
    min: 1,
    max: 100,
    behavior: undefined,
    history: { wishes: [], ups: [], downs: [] },
    downscaleStabilization: 300_000,
    now: NOW,
    ...input,
  }
}

const wished = (...wishes: [replicas: number, secondsAgo: number][]): History => ({
  wishes: wishes.map(([replicas, ago]) => ({ replicas, at: seconds(ago) })),
  ups: [],
  downs: [],
})

type Rules = NonNullable<NonNullable<LimitInput['behavior']>['scaleUp']>
const rules = (...policies: [type: string, value: number, periodSeconds: number][]): Rules => ({
  selectPolicy: 'Max',
  stabilizationWindowSeconds: 0,
  policies: policies.map(([type, value, periodSeconds]) => ({ type, value, periodSeconds })),
})

describe('how far it goes', () => {
  test.each<[string, Partial<LimitInput>, number, string, string]>([
    ['to what is asked for', { desired: 7 }, 7, 'ReadyForNewScale', 'DesiredWithinRange'],
    ['no further than twice', { desired: 50 }, 10, 'ReadyForNewScale', 'ScaleUpLimit'],
    ['but to four at once', { current: 1, desired: 9 }, 4, 'ReadyForNewScale', 'ScaleUpLimit'],
    ['no further than the most', { desired: 9, max: 6 }, 6, 'ReadyForNewScale', 'TooManyReplicas'],
    ['not below the least', { desired: 1, min: 3 }, 3, 'ReadyForNewScale', 'TooFewReplicas'],
    [
      'in to the highest wish of five minutes',
      { desired: 2, history: wished([4, 200], [9, 400]) },
      4,
      'ScaleDownStabilized',
      'DesiredWithinRange',
    ],
    [
      'by pods at a time',
      { desired: 50, behavior: { scaleUp: rules(['Pods', 2, 60]) } },
      7,
      'ReadyForNewScale',
      'ScaleUpLimit',
    ],
    [
      'by a share at a time, rounded up',
      { desired: 50, behavior: { scaleUp: rules(['Percent', 10, 60]) } },
      6,
      'ReadyForNewScale',
      'ScaleUpLimit',
    ],
    [
      'by the larger of two',
      { desired: 50, behavior: { scaleUp: rules(['Pods', 1, 60], ['Percent', 200, 60]) } },
      15,
      'ReadyForNewScale',
      'ScaleUpLimit',
    ],
    [
      'by the smaller where that is chosen',
      {
        desired: 50,
        behavior: { scaleUp: { ...rules(['Pods', 1, 60], ['Percent', 200, 60]), selectPolicy: 'Min' } },
      },
      6,
      'ReadyForNewScale',
      'ScaleUpLimit',
    ],
    [
      'nowhere where it may not',
      { desired: 1, behavior: { scaleDown: { ...rules(['Pods', 9, 60]), selectPolicy: 'Disabled' } } },
      5,
      'ReadyForNewScale',
      'ScaleDownLimit',
    ],
    [
      'in by pods at a time',
      { desired: 1, behavior: { scaleDown: rules(['Pods', 2, 60]) } },
      3,
      'ReadyForNewScale',
      'ScaleDownLimit',
    ],
    [
      'counting what was added in the period',
      {
        current: 5,
        desired: 50,
        history: { wishes: [], ups: [{ by: 2, at: seconds(30) }], downs: [] },
        behavior: { scaleUp: rules(['Pods', 4, 60]) },
      },
      7,
      'ReadyForNewScale',
      'ScaleUpLimit',
    ],
    [
      'out no further than the lowest wish of its window',
      {
        desired: 9,
        history: wished([6, 30]),
        behavior: { scaleUp: { ...rules(['Pods', 9, 60]), stabilizationWindowSeconds: 60 } },
      },
      6,
      'ScaleUpStabilized',
      'DesiredWithinRange',
    ],
    [
      'in no further than the highest wish of its window',
      {
        desired: 1,
        history: wished([4, 30], [9, 90]),
        behavior: { scaleDown: { ...rules(['Pods', 9, 60]), stabilizationWindowSeconds: 60 } },
      },
      4,
      'ScaleDownStabilized',
      'DesiredWithinRange',
    ],
  ])('%s', (_, input, replicas, able, limited) => {
    const result = limit(given(input))
    expect(result.replicas).toBe(replicas)
    expect([result.ableToScale.reason, result.scalingLimited.reason]).toEqual([able, limited])
    expect(result.scalingLimited.status).toBe(limited === 'DesiredWithinRange' ? 'False' : 'True')
  })
})

test('however wishes come, size stays in its bounds, and a period adds no more than its policy allows', () => {
  const wishes = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 40 })), {
    minLength: 1,
    maxLength: 60,
  })
  fc.assert(
    fc.property(
      wishes,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 5, max: 30 }),
      (steps, add, max) => {
        let now = NOW
        let current = 2
        let history = beginHistory(current, now)
        const behavior = { scaleUp: rules(['Pods', add, 60]), scaleDown: rules(['Percent', 50, 60]) }
        for (const [desired, wait] of steps) {
          now += wait * 1000
          const before = current
          const { replicas } = limit(given({ current, desired, min: 2, max, behavior, history, now }))
          history = withWish(history, desired, now)
          if (replicas !== current) history = withChange(history, current, replicas, now)
          current = replicas
          expect(current).toBeGreaterThanOrEqual(2)
          expect(current).toBeLessThanOrEqual(max)
          const within = (list: readonly { by: number; at: number }[]): number =>
            list.filter(({ at }) => at > now - 60_000).reduce((sum, { by }) => sum + by, 0)
          if (current > before) expect(within(history.ups)).toBeLessThanOrEqual(add + within(history.downs))
        }
      },
    ),
  )
})
