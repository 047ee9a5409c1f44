import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ContainerSample, PodSample } from './scrape.ts'
import { usageBetween } from './usage.ts'

const sample = (name: string, fields: Partial<ContainerSample>): PodSample =>
  new Map([[name, { at: 20_000, startedAt: 0, cpu: 0, memory: 0, ...fields }]])

test('processor time is a rate over the time between two samples, memory what it was at the end', () => {
  const before = sample('c', { at: 10_000, cpu: 1e9, memory: 5 })
  const after = sample('c', { at: 20_000, cpu: 3.5e9, memory: 7 })
  expect(usageBetween(before, after)).toEqual({
    at: 20_000,
    window: 10_000,
    containers: [{ name: 'c', cpu: 250_000_000, memory: 7 }],
  })
})

test.each<[string, PodSample | undefined]>([
  ['that was not there before', undefined],
  ['that was started anew meanwhile', sample('c', { at: 10_000, startedAt: 1_000, cpu: 9e9 })],
])('a container %s counts from its start', (_, before) => {
  const after = sample('c', { startedAt: 16_000, cpu: 1e9 })
  expect(usageBetween(before, after)).toMatchObject({ window: 4_000, containers: [{ cpu: 250_000_000 }] })
})

test('what has just begun has no figures yet', () => {
  expect(usageBetween(undefined, sample('c', { startedAt: 19_900 }))).toBeUndefined()
  expect(usageBetween(undefined, new Map())).toBeUndefined()
})

test('whatever the clocks say, nothing uses less than nothing', () => {
  const number = fc.integer({ min: 0, max: 1_000_000 })
  const any = fc.record({ at: number, startedAt: number, cpu: number, memory: number })
  fc.assert(
    fc.property(any, any, (before, after) => {
      const { containers = [] } = usageBetween(sample('c', before), sample('c', after)) ?? {}
      for (const { cpu } of containers) expect(cpu).toBeGreaterThanOrEqual(0)
    }),
  )
})
