import { type JsonObject, numberAt, objectAt, objectsAt } from '../object.ts'
import { ageCell, count, nameCell, text } from './cells.ts'
import { column, type Printer } from './table.ts'

export const autoscalerPrinter: Printer = {
  columns: ['Name', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age'].map((name) =>
    column(name),
  ),
  cells: (one, now) => [
    nameCell(one),
    `${text(one, 'spec', 'scaleTargetRef', 'kind')}/${text(one, 'spec', 'scaleTargetRef', 'name')}`,
    targets(one),
    text(one, 'spec', 'minReplicas') || '<unset>',
    count(one, 'spec', 'maxReplicas'),
    count(one, 'status', 'currentReplicas'),
    ageCell(one, now),
  ],
}

/** `cpu: 40%/80%`, at most two of them. */
function targets(one: JsonObject): string {
  const current = objectsAt(one, 'status', 'currentMetrics')
  const all = objectsAt(one, 'spec', 'metrics').map((metric, at) => target(metric, current[at] ?? {}))
  if (all.length === 0) return '<none>'
  return `${all.slice(0, 2).join(', ')}${all.length > 2 ? ` + ${all.length - 2} more...` : ''}`
}

const sources: Readonly<Record<string, string>> = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
}

function target(metric: JsonObject, status: JsonObject): string {
  const type = text(metric, 'type')
  const field = Object.hasOwn(sources, type) ? sources[type] : undefined
  if (field === undefined) return '<unknown type>'
  const wanted = objectAt(metric, field, 'target') ?? {}
  const current = objectAt(status, field, 'current') ?? {}
  const average = text(wanted, 'averageValue')
  const now = (name: string): string => text(current, name) || '<unknown>'
  if (type === 'Resource' || type === 'ContainerResource') {
    const name = text(metric, field, 'name')
    if (average !== '') return `${name}: ${now('averageValue')}/${average}`
    return `${name}: ${percent(current, '<unknown>')}/${percent(wanted, '<auto>')}`
  }
  if (average !== '') return `${now('averageValue')}/${average}${type === 'Pods' ? '' : ' (avg)'}`
  return `${now('value')}/${text(wanted, 'value')}`
}

function percent(of: JsonObject, otherwise: string): string {
  const value = numberAt(of, 'averageUtilization')
  return value === undefined ? otherwise : `${value}%`
}
