import { type JsonObject, stringAt } from '../object.ts'
import type { PrinterColumn } from '../schema/compile-crd.ts'
import { autoscalerPrinter } from './autoscaler-printer.ts'
import { nameCell } from './cells.ts'
import { clusterPrinters } from './cluster-printers.ts'
import { customPrinter } from './custom.ts'
import { eventPrinter } from './event-printer.ts'
import { metricsPrinters } from './metrics-printers.ts'
import { networkPrinters } from './network-printers.ts'
import { podPrinter } from './pod.ts'
import { scalePrinter } from './scale-printer.ts'
import { storagePrinters } from './storage-printers.ts'
import { column, type Printer, type Table } from './table.ts'
import { workloadPrinters } from './workload-printers.ts'

const printers: ReadonlyMap<string, Printer> = new Map(
  Object.entries({
    '/Pod': podPrinter,
    '/Event': eventPrinter,
    'events.k8s.io/Event': eventPrinter,
    'autoscaling/HorizontalPodAutoscaler': autoscalerPrinter,
    'autoscaling/Scale': scalePrinter,
    ...workloadPrinters,
    ...networkPrinters,
    ...storagePrinters,
    ...clusterPrinters,
    ...metricsPrinters,
  }),
)

/** Built-in kinds that nobody wrote a table for. */
const plainPrinter: Printer = {
  columns: [column('Name'), column('Created At', 'date')],
  cells: (object) => [nameCell(object), stringAt(object, 'metadata', 'creationTimestamp') ?? ''],
}

/**
 * Objects of one kind as the table `kubectl get` prints.
 * @param o.crdColumns the columns of a custom kind's definition; one without any gets name and age
 * @param o.now milliseconds of the epoch
 * @param o.metadata of the list, or of the one object: resourceVersion, continue
 */
export function tableFor(
  kind: { group: string; kind: string },
  objects: readonly JsonObject[],
  o: { crdColumns?: readonly PrinterColumn[] | undefined; now: number; metadata?: JsonObject },
): Table {
  const own = printers.get(`${kind.group}/${kind.kind}`) ?? plainPrinter
  const printer = o.crdColumns === undefined ? own : customPrinter(o.crdColumns)
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: o.metadata ?? {},
    columnDefinitions: printer.columns,
    rows: objects.map((object) => ({ cells: printer.cells(object, o.now), object })),
  }
}
