import { expect, test } from 'vitest'
import { arranged } from './event-order.ts'

type Event = Parameters<typeof arranged>[0][number]
const event = (type: Event['type'], name: string, resourceVersion: string): Event => ({
  type,
  object: { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', name, resourceVersion } },
})
const told = (events: readonly Event[]): string[] =>
  events.map(({ type, object }) => `${type} ${object.metadata.name} ${object.metadata.resourceVersion}`)

const events = [
  event('MODIFIED', 'a', '1'),
  event('ADDED', 'b', '2'),
  event('DELETED', 'a', '3'),
  event('ADDED', 'a', '4'),
  event('MODIFIED', 'b', '5'),
  event('ADDED', 'c', '6'),
  event('DELETED', 'c', '7'),
]

test('merged: where each object ended, and nothing of one that came and went', () => {
  expect(told(arranged(events, 'merged'))).toEqual(['MODIFIED a 4', 'ADDED b 5'])
})

test('shuffled: other objects first, each with its events in order', () => {
  expect(told(arranged(events, 'shuffled'))).toEqual([
    'ADDED c 6',
    'DELETED c 7',
    'ADDED b 2',
    'MODIFIED b 5',
    'MODIFIED a 1',
    'DELETED a 3',
    'ADDED a 4',
  ])
})
