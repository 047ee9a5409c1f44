import type { Pod } from '@orlop/kube'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CountError,
  type CountInput,
  type PodFigure,
  replicasForUsage,
  replicasForUtilization,
} from './replica-count.ts'

const NOW = Date.parse('2030-01-01T12:00:00Z')
const timing = { tolerance: 0.1, cpuInitialization: 300_000, initialReadiness: 30_000 }

interface Shape {
  phase?: string
  ready?: boolean
  /** Minutes ago. */
  started?: number
  turned?: number
  request?: string
  going?: boolean
}

function pod(name: string, shape: Shape = {}): Pod {
  const { phase = 'Running', ready = true, started = 60, turned = 59, request = '1', going } = shape
  const ago = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString()
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(going === true ? { deletionTimestamp: ago(0) } : {}) },
    spec: {
      containers: [{ name: 'c', ...(request === '' ? {} : { resources: { requests: { cpu: request } } }) }],
    },
    status: {
      phase,
      startTime: ago(started),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: ago(turned) }],
    },
  }
}

/** Figures in thousandths of a core, seen in the last half minute. */
function input(pods: Pod[], values: Record<string, number>, current = pods.length): CountInput {
  const figures = new Map<string, PodFigure>(
    Object.entries(values).map(([name, value]) => [name, { value, at: NOW, window: 30_000 }]),
  )
  return { pods, figures, resource: 'cpu', current, now: NOW, timing }
}

const pods = (...names: string[]): Pod[] => names.map((name) => pod(name))

describe('the share of what was requested', () => {
  test.each<[string, CountInput, number, number]>([
    ['twice the target doubles', input(pods('a', 'b'), { a: 800, b: 800 }), 40, 4],
    ['half the target halves', input(pods('a', 'b', 'c', 'd'), { a: 200, b: 200, c: 200, d: 200 }), 40, 2],
    ['a tenth more or less is left alone', input(pods('a', 'b'), { a: 430, b: 430 }), 40, 2],
    ['pods that go do not count', input([...pods('a'), pod('b', { going: true })], { a: 800, b: 0 }), 40, 2],
    [
      'pods that failed do not count',
      input([...pods('a'), pod('b', { phase: 'Failed' })], { a: 800, b: 0 }),
      40,
      2,
    ],
    ['pods without figures hold back scaling out', input(pods('a', 'b', 'c'), { a: 800, b: 800 }), 40, 4],
    ['and are taken to be busy when scaling in', input(pods('a', 'b', 'c'), { a: 100, b: 100 }), 40, 3],
    [
      'pods that are not ready yet hold back scaling out',
      input([...pods('a'), pod('b', { ready: false, started: 1, turned: 1 })], { a: 600, b: 900 }),
      40,
      2,
    ],
    [
      'pending ones too',
      input([...pods('a'), pod('b', { phase: 'Pending' }), pod('c', { phase: 'Pending' })], { a: 2000 }),
      40,
      5,
    ],
    [
      'what was seen before a pod was ready does not count',
      input([...pods('a'), pod('b', { started: 1, turned: 0.2 })], { a: 400, b: 5000 }),
      40,
      2,
    ],
    [
      'one that was ready once and is not now counts',
      input([...pods('a'), pod('b', { ready: false, started: 60, turned: 1 })], { a: 800, b: 800 }),
      40,
      4,
    ],
  ])('%s', (_, given, target, expected) => {
    expect(replicasForUtilization(given, target, '').replicas).toBe(expected)
  })

  test('the mean of it and the mean amount are told', () => {
    const given = input([pod('a', { request: '500m' }), pod('b', { request: '1500m' })], { a: 300, b: 701 })
    expect(replicasForUtilization(given, 50, '')).toEqual({ replicas: 2, utilization: 50, value: 500 })
  })

  test.each<[string, CountInput, string, string]>([
    ['there are no pods', input([], {}), '', 'no pods returned by selector while calculating replica count'],
    [
      'none of them has figures that count',
      input([pod('a', { phase: 'Pending' })], { a: 1 }),
      '',
      'did not receive metrics for targeted pods (pods might be unready)',
    ],
    [
      'a container does not say what it requests',
      input([pod('a', { request: '' })], { a: 1 }),
      '',
      'missing request for cpu in container c of Pod a',
    ],
    [
      'no pod has the container',
      input(pods('a'), { a: 1 }),
      'other',
      'no metrics returned matched known pods',
    ],
  ])('it cannot be told when %s', (_, given, container, message) => {
    expect(() => replicasForUtilization(given, 50, container)).toThrow(new CountError(message))
  })
})

test('amounts need no requests', () => {
  const unsaid = ['a', 'b'].map((name) => pod(name, { request: '' }))
  expect(replicasForUsage(input(unsaid, { a: 300, b: 500 }), 100)).toEqual({ replicas: 8, value: 400 })
})

const anyPods = fc.array(
  fc.record({
    value: fc.option(fc.integer({ min: 0, max: 4000 }), { nil: undefined }),
    ready: fc.boolean(),
    phase: fc.constantFrom('Running', 'Pending', 'Failed'),
    started: fc.integer({ min: 0, max: 30 }),
  }),
  { minLength: 1, maxLength: 12 },
)

test('what is not known never turns the direction, and a change is never made the wrong way', () => {
  fc.assert(
    fc.property(anyPods, fc.integer({ min: 1, max: 200 }), (shapes, target) => {
      const all = shapes.map(({ ready, phase, started }, i) =>
        pod(`p${i}`, { ready, phase, started, turned: started / 2 }),
      )
      const values = Object.fromEntries(
        shapes.flatMap(({ value }, i) => (value === undefined ? [] : [[`p${i}`, value] as const])),
      )
      const given = input(all, values)
      let counted: ReturnType<typeof replicasForUtilization>
      try {
        counted = replicasForUtilization(given, target, '')
      } catch (error) {
        expect(error).toBeInstanceOf(CountError)
        return
      }
      const { replicas, utilization = 0 } = counted
      // Pods that ended or go are not replaced by the figures alone, so that with them a target may be told its true size.
      const settled = all.every(({ status }) => status?.phase === 'Running')
      if (settled && utilization > target) expect(replicas).toBeGreaterThanOrEqual(1)
      if (settled && utilization < target) expect(replicas).toBeLessThanOrEqual(all.length)
      expect(Number.isInteger(replicas)).toBe(true)
      expect(replicas).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('with figures of all pods the answer is the share of the target, rounded up', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 10 }),
      fc.integer({ min: 1, max: 150 }),
      (values, target) => {
        const given = input(
          values.map((_, i) => pod(`p${i}`)),
          Object.fromEntries(values.map((value, i) => [`p${i}`, value])),
        )
        const { replicas, utilization = 0 } = replicasForUtilization(given, target, '')
        const ratio = utilization / target
        const expected = ratio >= 0.9 && ratio <= 1.1 ? values.length : Math.ceil(ratio * values.length)
        expect(replicas).toBe(expected)
      },
    ),
  )
})
