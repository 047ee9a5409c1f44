import { numberAt } from '../object.ts'
import { ageCell, nameCell } from './cells.ts'
import { column, type Printer } from './table.ts'

/** A Scale, as `kubectl get --subresource=scale` shows it. */
export const scalePrinter: Printer = {
  columns: [column('Name'), column('Desired', 'integer'), column('Available', 'integer'), column('Age')],
  cells: (one, now) => [
    nameCell(one),
    numberAt(one, 'spec', 'replicas') ?? 0,
    numberAt(one, 'status', 'replicas') ?? 0,
    ageCell(one, now),
  ],
}
