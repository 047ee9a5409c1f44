import type { ListItem } from '../answer.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { fromStorage } from '../versions.ts'
import { parseFieldSelector } from './fields.ts'
import { parseLabelSelector } from './labels.ts'

/** Which objects of a collection a list, watch or deletion is about. */
export interface Selection {
  /** Neither labels nor fields are asked for: everything in the namespace matches. */
  readonly everything: boolean
  matches(item: ListItem): boolean
}

/** Throws BadRequest for a selector that cannot be read. */
export function selectionOf(request: ResourceRequest): Selection {
  const { kind, query, name } = request
  const labelText = query.get('labelSelector') ?? ''
  // A watch on one object is a watch on the collection that selects its name.
  const fieldText = [query.get('fieldSelector') ?? '', name === '' ? '' : `metadata.name=${name}`]
    .filter(Boolean)
    .join(',')
  const labels = labelText === '' ? undefined : parseLabelSelector(labelText)
  const fields = fieldText === '' ? undefined : parseFieldSelector(fieldText, kind)
  return {
    everything: labels === undefined && fields === undefined,
    matches: (item) =>
      (labels === undefined || labels(item.object.metadata.labels ?? {})) &&
      (fields === undefined || fields(fromStorage(item.object, kind))),
  }
}
