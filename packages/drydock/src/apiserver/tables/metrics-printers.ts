import { type JsonObject, objectsAt } from '../object.ts'
import { canonicalQuantity, parseQuantity } from '../quantity.ts'
import { nameCell, text } from './cells.ts'
import { column, type Printer } from './table.ts'

const columns = [column('Name'), column('cpu'), column('memory'), column('Window')]

const node: Printer = {
  columns,
  cells: (one) => [
    nameCell(one),
    text(one, 'usage', 'cpu'),
    text(one, 'usage', 'memory'),
    text(one, 'window'),
  ],
}

const pod: Printer = {
  columns,
  cells: (one) => [nameCell(one), total(one, 'cpu', 'n'), total(one, 'memory', 'Ki'), text(one, 'window')],
}

/** Of all containers. */
function total(one: JsonObject, resource: string, unit: 'n' | 'Ki'): string {
  const sum = objectsAt(one, 'containers').reduce(
    (amount, container) => amount + (parseQuantity(text(container, 'usage', resource)) ?? 0n),
    0n,
  )
  return canonicalQuantity(unit === 'n' ? `${sum}n` : `${sum / (1024n * 1_000_000_000n)}Ki`) ?? '0'
}

/** How metrics.k8s.io is shown, as by metrics-server. */
export const metricsPrinters: Readonly<Record<string, Printer>> = {
  'metrics.k8s.io/NodeMetrics': node,
  'metrics.k8s.io/PodMetrics': pod,
}
