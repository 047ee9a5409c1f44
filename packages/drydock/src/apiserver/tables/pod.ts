import { type JsonObject, numberAt, objectAt, objectsAt, stringAt, valueAt } from '../object.ts'
import { humanDuration, since } from './duration.ts'
import { type Cell, column, type Printer, wide } from './table.ts'

export const podPrinter: Printer = {
  columns: [
    column('Name'),
    column('Ready'),
    column('Status'),
    column('Restarts'),
    column('Age'),
    wide('IP'),
    wide('Node'),
    wide('Nominated Node'),
    wide('Readiness Gates'),
  ],
  cells: (pod, now) => {
    const { ready, total, restarts, lastRestart } = containerCounts(pod)
    const ago =
      lastRestart === undefined || restarts === 0 ? '' : ` (${humanDuration(now - lastRestart)} ago)`
    return [
      stringAt(pod, 'metadata', 'name') ?? '',
      `${ready}/${total}`,
      podReason(pod),
      `${restarts}${ago}`,
      since(valueAt(pod, 'metadata', 'creationTimestamp'), now),
      stringAt(objectsAt(pod, 'status', 'podIPs')[0], 'ip') ?? stringAt(pod, 'status', 'podIP') ?? '<none>',
      stringAt(pod, 'spec', 'nodeName') || '<none>',
      stringAt(pod, 'status', 'nominatedNodeName') || '<none>',
      readinessGates(pod),
    ]
  },
}

function isSidecar(container: JsonObject | undefined): boolean {
  return container?.restartPolicy === 'Always'
}

function sidecarNames(pod: JsonObject): ReadonlySet<unknown> {
  return new Set(
    objectsAt(pod, 'spec', 'initContainers')
      .filter(isSidecar)
      .map(({ name }) => name),
  )
}

function isReady(status: JsonObject): boolean {
  return status.ready === true && objectAt(status, 'state', 'running') !== undefined
}

interface Counts {
  ready: number
  total: number
  restarts: number
  /** Milliseconds of the epoch. */
  lastRestart?: number
}

/** Sidecars count among the containers; restarts of plain init containers only while they run. */
function containerCounts(pod: JsonObject): Counts {
  const sidecars = sidecarNames(pod)
  const isNamed = ({ name }: JsonObject): boolean => sidecars.has(name)
  const init = objectsAt(pod, 'status', 'initContainerStatuses')
  const main = objectsAt(pod, 'status', 'containerStatuses')
  const over = initialising(pod) === undefined || hasTrueCondition(pod, 'Initialized')
  const counted = over ? [...init.filter(isNamed), ...main] : init
  const shown = [...init.filter((one) => isNamed(one) && one.started === true), ...(over ? main : [])]
  const times = counted
    .map((status) => Date.parse(stringAt(status, 'lastState', 'terminated', 'finishedAt') ?? ''))
    .filter((time) => !Number.isNaN(time))
  return {
    ready: shown.filter(isReady).length,
    total: objectsAt(pod, 'spec', 'containers').length + sidecars.size,
    restarts: counted.reduce((sum, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0),
    ...(times.length === 0 ? {} : { lastRestart: Math.max(...times) }),
  }
}

/** What keeps a pod in its init phase, as `Init:0/2`; undefined when that is over. */
function initialising(pod: JsonObject): string | undefined {
  const sidecars = sidecarNames(pod)
  const statuses = objectsAt(pod, 'status', 'initContainerStatuses')
  const total = objectsAt(pod, 'spec', 'initContainers').length
  for (const [at, status] of statuses.entries()) {
    const exit = numberAt(status, 'state', 'terminated', 'exitCode')
    if (exit === 0) continue
    if (sidecars.has(status.name) && status.started === true) continue
    const terminated = objectAt(status, 'state', 'terminated')
    if (terminated !== undefined) return `Init:${endReason(terminated)}`
    const waiting = stringAt(status, 'state', 'waiting', 'reason') ?? ''
    if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`
    return `Init:${at}/${total}`
  }
  return undefined
}

/** `Error`, or how a process ended that gave no reason. */
function endReason(terminated: JsonObject): string {
  const reason = stringAt(terminated, 'reason') ?? ''
  if (reason !== '') return reason
  const signal = numberAt(terminated, 'signal') ?? 0
  return signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode') ?? 0}` : `Signal:${signal}`
}

function hasTrueCondition(pod: JsonObject, type: string): boolean {
  return objectsAt(pod, 'status', 'conditions').some((one) => one.type === type && one.status === 'True')
}

/** The STATUS column: the phase, unless a container or the deletion of the pod says something better. */
export function podReason(pod: JsonObject): string {
  const phase = stringAt(pod, 'status', 'phase') ?? ''
  let reason = stringAt(pod, 'status', 'reason') || phase
  const gated = objectsAt(pod, 'status', 'conditions').some(
    (one) => one.type === 'PodScheduled' && one.reason === 'SchedulingGated',
  )
  if (gated) reason = 'SchedulingGated'
  const init = initialising(pod)
  if (init !== undefined) reason = init
  if (init === undefined || hasTrueCondition(pod, 'Initialized')) reason = containersReason(pod, reason)
  if (valueAt(pod, 'metadata', 'deletionTimestamp') === undefined) return reason
  if (stringAt(pod, 'status', 'reason') === 'NodeLost') return 'Unknown'
  return phase === 'Succeeded' || phase === 'Failed' ? reason : 'Terminating'
}

/** The last container that has something to say is what is shown. */
function containersReason(pod: JsonObject, fallback: string): string {
  let reason = fallback
  let running = false
  for (const status of objectsAt(pod, 'status', 'containerStatuses').reverse()) {
    const waiting = stringAt(status, 'state', 'waiting', 'reason') ?? ''
    const terminated = objectAt(status, 'state', 'terminated')
    if (waiting !== '') reason = waiting
    else if (terminated !== undefined) reason = endReason(terminated)
    else if (isReady(status)) running = true
  }
  // One container has completed and another runs: the pod runs.
  if (reason === 'Completed' && running) return hasTrueCondition(pod, 'Ready') ? 'Running' : 'NotReady'
  return reason
}

function readinessGates(pod: JsonObject): Cell {
  const gates = objectsAt(pod, 'spec', 'readinessGates')
  if (gates.length === 0) return '<none>'
  const met = gates.filter((gate) => hasTrueCondition(pod, stringAt(gate, 'conditionType') ?? '')).length
  return `${met}/${gates.length}`
}
