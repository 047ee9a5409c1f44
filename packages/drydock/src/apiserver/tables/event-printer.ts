import { type JsonObject, numberAt, objectAt, stringAt } from '../object.ts'
import { nameCell, text } from './cells.ts'
import { since } from './duration.ts'
import { column, type Printer, wide } from './table.ts'

/** Events of either group: the fields of one have other names in the other. */
export const eventPrinter: Printer = {
  columns: [
    column('Last Seen'),
    column('Type'),
    column('Reason'),
    column('Object'),
    wide('Subobject'),
    wide('Source'),
    column('Message'),
    wide('First Seen'),
    wide('Count'),
    { ...wide('Name'), format: 'name' },
  ],
  cells: (event, now) => {
    const regarding = objectAt(event, 'regarding') ?? objectAt(event, 'involvedObject') ?? {}
    const kind = text(regarding, 'kind').toLowerCase()
    const name = text(regarding, 'name')
    const first = firstOf(event, ['deprecatedFirstTimestamp', 'firstTimestamp', 'eventTime'])
    const last = firstOf(event, ['deprecatedLastTimestamp', 'lastTimestamp']) ?? first
    const seen = stringAt(event, 'series', 'lastObservedTime') ?? last
    return [
      since(seen, now),
      text(event, 'type'),
      text(event, 'reason'),
      name === '' ? kind : `${kind}/${name}`,
      text(regarding, 'fieldPath'),
      source(event),
      (stringAt(event, 'note') ?? stringAt(event, 'message') ?? '').trim(),
      since(first, now),
      numberAt(event, 'series', 'count') ??
        (numberAt(event, 'deprecatedCount') || numberAt(event, 'count') || 1),
      nameCell(event),
    ]
  },
}

function firstOf(event: JsonObject, names: readonly string[]): string | undefined {
  return names.map((name) => stringAt(event, name)).find((value) => value !== undefined && value !== '')
}

function source(event: JsonObject): string {
  const deprecated = objectAt(event, 'deprecatedSource') ?? objectAt(event, 'source') ?? {}
  const component =
    text(deprecated, 'component') || text(event, 'reportingController') || text(event, 'reportingComponent')
  const instance = text(deprecated, 'host') || text(event, 'reportingInstance')
  return instance === '' ? component : `${component}, ${instance}`
}
