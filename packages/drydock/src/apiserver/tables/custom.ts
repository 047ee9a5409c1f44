import { stringAt } from '../object.ts'
import type { PrinterColumn } from '../schema/compile-crd.ts'
import { since } from './duration.ts'
import { parsePath, valuesAt } from './json-path.ts'
import { type Cell, type Column, column, type Printer } from './table.ts'

/** The table of a custom kind: its name, then the columns of its definition, or its age where that has none. */
export function customPrinter(columns: readonly PrinterColumn[]): Printer {
  const age: PrinterColumn = {
    name: 'Age',
    type: 'date',
    jsonPath: '.metadata.creationTimestamp',
    priority: 0,
  }
  const shown = (columns.length === 0 ? [age] : columns).map((one) => ({
    ...one,
    path: parsePath(one.jsonPath) ?? [],
  }))
  return {
    columns: [column('Name'), ...shown.map(definition)],
    cells: (object, now) => [
      stringAt(object, 'metadata', 'name') ?? '',
      ...shown.map(({ type, path }) => cell(type, valuesAt(object, path)[0], now)),
    ],
  }
}

const types: ReadonlyMap<string, Column['type']> = new Map([
  ['integer', 'integer'],
  ['number', 'number'],
  ['boolean', 'boolean'],
  ['date', 'date'],
])

function definition({ name, type, format = '', description, jsonPath, priority }: PrinterColumn): Column {
  const said = description || `Custom resource definition column (in JSONPath format): ${jsonPath}`
  return { name, type: types.get(type) ?? 'string', format, description: said, priority }
}

/** The cell of the value a path found: null for none and for what is not of the column's type. */
function cell(type: string, value: unknown, now: number): Cell {
  if (value === undefined || value === null) return null
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date':
      return typeof value === 'string' ? since(value, now) : null
    default:
      return print(value)
  }
}

function print(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
