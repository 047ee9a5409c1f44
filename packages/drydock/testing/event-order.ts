/** In which order watch events that were held back arrive at last. */
import type { EventInFlight } from '../src/apiserver/hooks.ts'

/**
 * `asHappened`; `merged`: of each object only where it ended, as for a watcher that was cut off and lists again; `shuffled`: the
 * events of one object in their order, those of different objects the other way round.
 */
export type Order = 'asHappened' | 'merged' | 'shuffled'

type Event = Pick<EventInFlight, 'type' | 'object'>

export function arranged(events: readonly Event[], order: Order): Event[] {
  if (order === 'asHappened') return [...events]
  const byObject = [
    ...Map.groupBy(events, ({ object }) => `${object.metadata.namespace}/${object.metadata.name}`).values(),
  ]
  if (order === 'shuffled') return byObject.reverse().flat()
  return byObject.flatMap(merged)
}

function merged(events: readonly Event[]): Event[] {
  const [first, last] = [events[0], events.at(-1)]
  if (!first || !last) return []
  const wasThere = first.type !== 'ADDED'
  if (last.type === 'DELETED') return wasThere ? [last] : []
  return [{ type: wasThere ? 'MODIFIED' : 'ADDED', object: last.object }]
}
