import type { JsonObject } from '../object.ts'

/** A column of a table; of `priority` 1 and more only `kubectl get -o wide` shows it. */
export interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format: string
  readonly description: string
  readonly priority: number
}

/** A cell: what JSON can say, strings mostly. */
export type Cell = string | number | boolean | null

export interface Row {
  readonly cells: readonly Cell[]
  /** The object of the row: the caller reduces it to what `includeObject` asks for. */
  readonly object: JsonObject
}

/** meta.k8s.io/v1 Table, which `kubectl get` asks for. */
export interface Table {
  readonly kind: 'Table'
  readonly apiVersion: 'meta.k8s.io/v1'
  readonly metadata: JsonObject
  readonly columnDefinitions: readonly Column[]
  readonly rows: readonly Row[]
}

/** How a kind is shown. */
export interface Printer {
  readonly columns: readonly Column[]
  cells(object: JsonObject, now: number): Cell[]
}

/** A column that is always shown. */
export function column(name: string, type: Column['type'] = 'string', format = ''): Column {
  return { name, type, format: name === 'Name' ? 'name' : format, description: '', priority: 0 }
}

/** A column that only `-o wide` shows. */
export function wide(name: string, type: Column['type'] = 'string'): Column {
  return { ...column(name, type), priority: 1 }
}
