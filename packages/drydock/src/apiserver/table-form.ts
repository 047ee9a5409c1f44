import type { KindInfo } from './kinds.ts'
import type { ApiObject, JsonObject } from './object.ts'

export interface TableForm {
  readonly columnDefinitions: readonly JsonObject[]
  /** One for each object, in their order. */
  readonly rows: readonly { cells: readonly unknown[] }[]
}

/** The columns that people look for in objects of a kind. */
export function tableOf(_kind: KindInfo, objects: readonly ApiObject[], _now: number): TableForm {
  return {
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', description: 'Name', priority: 0 },
      { name: 'Created At', type: 'date', format: '', description: 'Created', priority: 0 },
    ],
    rows: objects.map(({ metadata }) => ({ cells: [metadata.name, metadata.creationTimestamp ?? ''] })),
  }
}
