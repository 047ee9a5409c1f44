import { expect, test } from 'vitest'
import { toRange } from './range.ts'
import { dnsAddressOf, isOurs, nodeRange, slotRanges, slots, wholeRanges } from './ranges.ts'

test('a drydock alone has the ranges of a usual cluster', () => {
  expect(dnsAddressOf(wholeRanges)).toBe('10.96.0.10')
  expect(nodeRange(wholeRanges, 0)).toEqual({
    bridge: 'or0b1',
    gateway: '10.244.1.1',
    subnet: '10.244.1.0/24',
  })
})

test('no two slots share an address', () => {
  const all = Array.from({ length: slots }, (_, slot) => slotRanges(slot))
  for (const kind of ['pods', 'services'] as const) {
    const ranges = all.map((r) => toRange(r[kind])).sort((a, b) => a.first - b.first)
    ranges.slice(1).forEach((range, i) => {
      const before = ranges[i]
      expect(range.first).toBe((before?.first ?? 0) + (before?.size ?? 0))
    })
  }
  expect(slotRanges(15)).toEqual({ pods: '10.244.240.0/20', services: '10.96.240.0/20', prefix: 'or15' })
  expect(dnsAddressOf(slotRanges(1))).toBe('10.96.16.10')
})

test('a slot has room for 15 nodes', () => {
  expect(nodeRange(slotRanges(2), 14).subnet).toBe('10.244.47.0/24')
  expect(() => nodeRange(slotRanges(2), 15)).toThrow(expect.objectContaining({ code: 'NoFreeRange' }))
})

test('only pods and Services are ours', () => {
  expect(isOurs(slotRanges(1), '10.96.16.1')).toBe(true)
  expect(isOurs(slotRanges(1), '10.244.17.2')).toBe(true)
  expect(isOurs(slotRanges(1), '10.96.0.1')).toBe(false)
  expect(isOurs(slotRanges(1), '127.0.0.1')).toBe(false)
})
