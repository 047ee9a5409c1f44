import { type JsonObject, numberAt, objectAt, objectsAt, stringAt, valueAt } from '../object.ts'
import { ageCell, containerCells, count, labelsCell, nameCell, selectorCell, sizeOf, text } from './cells.ts'
import { humanDuration, since } from './duration.ts'
import { column, type Printer, wide } from './table.ts'

const containers = [wide('Containers'), wide('Images')]
const selected = [...containers, wide('Selector')]
const template = ['spec', 'template']

const replicaSet: Printer = {
  columns: [
    column('Name'),
    column('Desired', 'integer'),
    column('Current', 'integer'),
    column('Ready', 'integer'),
    column('Age'),
    ...selected,
  ],
  cells: (one, now) => [
    nameCell(one),
    count(one, 'spec', 'replicas'),
    count(one, 'status', 'replicas'),
    count(one, 'status', 'readyReplicas'),
    ageCell(one, now),
    ...containerCells(one, ...template),
    selectorCell(one, 'spec', 'selector'),
  ],
}

const statefulSet: Printer = {
  columns: [column('Name'), column('Ready'), column('Age'), ...containers],
  cells: (one, now) => [
    nameCell(one),
    `${count(one, 'status', 'readyReplicas')}/${count(one, 'spec', 'replicas')}`,
    ageCell(one, now),
    ...containerCells(one, ...template),
  ],
}

const deployment: Printer = {
  columns: [
    column('Name'),
    column('Ready'),
    column('Up-to-date'),
    column('Available'),
    column('Age'),
    ...selected,
  ],
  cells: (one, now) => [
    nameCell(one),
    `${count(one, 'status', 'readyReplicas')}/${count(one, 'spec', 'replicas')}`,
    count(one, 'status', 'updatedReplicas'),
    count(one, 'status', 'availableReplicas'),
    ageCell(one, now),
    ...containerCells(one, ...template),
    selectorCell(one, 'spec', 'selector'),
  ],
}

const daemonSet: Printer = {
  columns: [
    column('Name'),
    ...['Desired', 'Current', 'Ready', 'Up-to-date', 'Available'].map((name) => column(name, 'integer')),
    column('Node Selector'),
    column('Age'),
    ...selected,
  ],
  cells: (one, now) => [
    nameCell(one),
    count(one, 'status', 'desiredNumberScheduled'),
    count(one, 'status', 'currentNumberScheduled'),
    count(one, 'status', 'numberReady'),
    count(one, 'status', 'updatedNumberScheduled'),
    count(one, 'status', 'numberAvailable'),
    labelsCell(objectAt(one, ...template, 'spec', 'nodeSelector')),
    ageCell(one, now),
    ...containerCells(one, ...template),
    selectorCell(one, 'spec', 'selector'),
  ],
}

function hasCondition(one: JsonObject, type: string): boolean {
  return objectsAt(one, 'status', 'conditions').some((c) => c.type === type && c.status === 'True')
}

function jobStatus(job: JsonObject): string {
  if (hasCondition(job, 'Complete')) return 'Complete'
  if (hasCondition(job, 'Failed')) return 'Failed'
  if (valueAt(job, 'metadata', 'deletionTimestamp') !== undefined) return 'Terminating'
  return (
    ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => hasCondition(job, type)) ?? 'Running'
  )
}

function completions(job: JsonObject): string {
  const succeeded = count(job, 'status', 'succeeded')
  const wanted = numberAt(job, 'spec', 'completions')
  if (wanted !== undefined) return `${succeeded}/${wanted}`
  const parallelism = count(job, 'spec', 'parallelism')
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function jobDuration(job: JsonObject, now: number): string {
  const start = Date.parse(stringAt(job, 'status', 'startTime') ?? '')
  if (Number.isNaN(start)) return ''
  const end = stringAt(job, 'status', 'completionTime')
  return humanDuration((end === undefined ? now : Date.parse(end)) - start)
}

const job: Printer = {
  columns: [
    column('Name'),
    column('Status'),
    column('Completions'),
    column('Duration'),
    column('Age'),
    ...selected,
  ],
  cells: (one, now) => [
    nameCell(one),
    jobStatus(one),
    completions(one),
    jobDuration(one, now),
    ageCell(one, now),
    ...containerCells(one, ...template),
    selectorCell(one, 'spec', 'selector'),
  ],
}

const cronJob: Printer = {
  columns: [
    column('Name'),
    column('Schedule'),
    column('Timezone'),
    column('Suspend', 'boolean'),
    column('Active', 'integer'),
    column('Last Schedule'),
    column('Age'),
    ...selected,
  ],
  cells: (one, now) => {
    const last = stringAt(one, 'status', 'lastScheduleTime')
    const suspend = valueAt(one, 'spec', 'suspend')
    return [
      nameCell(one),
      text(one, 'spec', 'schedule'),
      stringAt(one, 'spec', 'timeZone') ?? '<none>',
      typeof suspend === 'boolean' ? (suspend ? 'True' : 'False') : '<unset>',
      sizeOf(one, 'status', 'active'),
      last === undefined ? '<none>' : since(last, now),
      ageCell(one, now),
      ...containerCells(one, 'spec', 'jobTemplate', ...template),
      selectorCell(one, 'spec', 'jobTemplate', 'spec', 'selector'),
    ]
  },
}

const controllerRevision: Printer = {
  columns: [column('Name'), column('Controller'), column('Revision'), column('Age')],
  cells: (one, now) => {
    const owner = objectsAt(one, 'metadata', 'ownerReferences').find((ref) => ref.controller === true)
    const group = /^(.+)\//.exec(text(owner ?? {}, 'apiVersion'))?.[1]
    const kind = text(owner ?? {}, 'kind').toLowerCase()
    const named = `${kind}${group === undefined ? '' : `.${group}`}/${text(owner ?? {}, 'name')}`
    return [nameCell(one), owner === undefined ? '<none>' : named, count(one, 'revision'), ageCell(one, now)]
  },
}

const replicationController: Printer = {
  ...replicaSet,
  cells: (one, now) => [
    ...replicaSet.cells(one, now).slice(0, -1),
    labelsCell(objectAt(one, 'spec', 'selector')),
  ],
}

const podTemplate: Printer = {
  columns: [column('Name'), column('Containers'), column('Images'), column('Pod Labels')],
  cells: (one) => [
    nameCell(one),
    ...containerCells(one, 'template'),
    labelsCell(objectAt(one, 'template', 'metadata', 'labels')),
  ],
}

/** How the kinds that run pods are shown, by group and kind. */
export const workloadPrinters: Readonly<Record<string, Printer>> = {
  'apps/StatefulSet': statefulSet,
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/DaemonSet': daemonSet,
  'apps/ControllerRevision': controllerRevision,
  '/ReplicationController': replicationController,
  '/PodTemplate': podTemplate,
  'batch/Job': job,
  'batch/CronJob': cronJob,
}
