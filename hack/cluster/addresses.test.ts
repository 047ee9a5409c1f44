import { expect, test } from 'vitest'
import { controlPlaneOf, isNetnsOf, nodeNamed, nodesOf } from './addresses.ts'
import { placeOf } from './place.ts'

const place = placeOf('orlop')

test('three nodes have an address, pods and a zone each', () => {
  expect(
    nodesOf(place).map(({ name, netns, address, pods, zone }) => [name, netns, address, pods, zone]),
  ).toEqual([
    ['node-1', 'orlop-n1', '10.77.0.11', '10.244.1.0/24', 'zone-1'],
    ['node-2', 'orlop-n2', '10.77.0.12', '10.244.2.0/24', 'zone-2'],
    ['node-3', 'orlop-n3', '10.77.0.13', '10.244.3.0/24', 'zone-3'],
  ])
  expect(controlPlaneOf(place).netns).toBe('orlop-cp')
})

test('only namespaces of this cluster are its own', () => {
  const names = [
    'orlop-cp',
    'orlop-n3',
    'orlop-n12',
    'orlop-sw',
    'orlop-out',
    'orlop2-cp',
    'orlop-other',
    'cni-1',
    'orlop',
  ]
  expect(names.filter((name) => isNetnsOf(place, name))).toEqual(names.slice(0, 5))
})

test('a name is a letter with at most 7 letters and digits: it becomes part of paths and of links', () => {
  for (const name of ['', '../x', 'a-b', 'ninechars', '1a', 'A'])
    expect(() => placeOf(name)).toThrow(expect.objectContaining({ code: 'BadName' }))
  expect(() => nodeNamed(place, 'node-4')).toThrow(expect.objectContaining({ code: 'BadName' }))
})
