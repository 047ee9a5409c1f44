/** What a Deployment's status says of its ReplicaSets. Pure. */
import type { Deployment, ReplicaSet } from '@orlop/kube'
import { timestamp } from '../timestamp.ts'
import { withoutZeros } from '../workloads/counts.ts'
import { amount } from '../workloads/percent.ts'
import type { Split } from './replica-sets.ts'

export type DeploymentStatus = NonNullable<Deployment['status']>
type Condition = NonNullable<DeploymentStatus['conditions']>[number]

/** What is about to be done. */
export interface Change {
  /** The new set, where there is none yet. */
  readonly created?: ReplicaSet | undefined
  /** Replicas change and nothing rolls: no progress is estimated. */
  readonly scaling: boolean
}

export function deploymentStatus(
  deployment: Deployment,
  sets: Split,
  change: Change,
  now: number,
): { status: DeploymentStatus; again?: number } {
  const { fresh, old } = sets
  const all = fresh === undefined ? old : [fresh, ...old]
  const wanted = deployment.spec?.replicas ?? 1
  const sum = (pick: (status: NonNullable<ReplicaSet['status']>) => number | undefined): number =>
    all.reduce((total, set) => total + (set.status === undefined ? 0 : (pick(set.status) ?? 0)), 0)
  const availableReplicas = sum((s) => s.availableReplicas)
  const counts = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum((s) => s.replicas),
    updatedReplicas: fresh?.status?.replicas ?? 0,
    readyReplicas: sum((s) => s.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, wanted - availableReplicas),
  }
  const { condition: progressing, again } = progress(deployment, fresh, change, counts, now)
  const conditions = [
    availability(deployment, availableReplicas, now),
    ...(progressing === undefined ? [] : [progressing]),
    ...replicaFailure(sets),
  ]
  const collisionCount = deployment.status?.collisionCount
  const status = {
    ...withoutZeros(counts),
    conditions,
    ...(collisionCount === undefined ? {} : { collisionCount }),
  }
  return { status, ...(again === undefined ? {} : { again }) }
}

function availability(deployment: Deployment, available: number, now: number): Condition {
  const wanted = deployment.spec?.replicas ?? 1
  const share = deployment.spec?.strategy?.rollingUpdate?.maxUnavailable
  const enough = available >= wanted - amount(share, wanted, 'down')
  return condition(deployment, now, {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: enough
      ? 'Deployment has minimum availability.'
      : 'Deployment does not have minimum availability.',
  })
}

interface Counts {
  readonly replicas: number
  readonly updatedReplicas: number
  readonly readyReplicas: number
  readonly availableReplicas: number
}

/** As syncRolloutStatus of pkg/controller/deployment/progress.go, after what finding or making the new set says. */
function progress(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  change: Change,
  counts: Counts,
  now: number,
): { condition?: Condition; again?: number } {
  const {
    paused = false,
    progressDeadlineSeconds: deadline = 600,
    replicas: wanted = 1,
  } = deployment.spec ?? {}
  if (deadline === noDeadline) return {}
  const old = deployment.status?.conditions?.find((c) => c.type === 'Progressing')
  const make = (status: string, reason: string, message: string): Condition =>
    old?.status === status && old.reason === reason
      ? old
      : condition(deployment, now, { type: 'Progressing', status, reason, message })
  if (paused && old?.reason !== 'ProgressDeadlineExceeded')
    return { condition: make('Unknown', 'DeploymentPaused', 'Deployment is paused') }
  if (!paused && old?.reason === 'DeploymentPaused')
    return { condition: make('Unknown', 'DeploymentResumed', 'Deployment is resumed'), again: 0 }
  if ((paused || change.scaling) && old !== undefined) return { condition: old }
  const { created } = change
  if (old === undefined && created === undefined && fresh !== undefined) {
    const found = `Found new replica set "${fresh.metadata.name}"`
    return { condition: make('True', 'FoundNewReplicaSet', found), again: deadline * 1000 }
  }
  const name = JSON.stringify((created ?? fresh)?.metadata.name)
  const current =
    created !== undefined ? make('True', 'NewReplicaSetCreated', `Created new replica set ${name}`) : old
  const unmoved = { ...(current === undefined ? {} : { condition: current }) }
  if (current?.reason === 'NewReplicaSetAvailable' && counts.replicas === counts.updatedReplicas)
    return unmoved
  const subject = name === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet ${name}`
  const done = [counts.replicas, counts.updatedReplicas, counts.availableReplicas].every((n) => n === wanted)
  if (done) {
    const message = `${subject} has successfully progressed.`
    return { condition: make('True', 'NewReplicaSetAvailable', message) }
  }
  const left = (since: number): number => since + deadline * 1000 - now
  if (hasMoved(deployment.status ?? {}, counts)) {
    const message = `${subject} is progressing.`
    const moved = condition(deployment, now, {
      type: 'Progressing',
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message,
    })
    return { condition: { ...moved, lastUpdateTime: timestamp(now) }, again: left(now) }
  }
  if (current === undefined || current.reason === 'NewReplicaSetAvailable') return unmoved
  const remains = left(Date.parse(current.lastUpdateTime ?? ''))
  if (remains > 0 && current.reason !== 'ProgressDeadlineExceeded') return { ...unmoved, again: remains }
  const message = `${subject} has timed out progressing.`
  return { condition: make('False', 'ProgressDeadlineExceeded', message) }
}

/** So many seconds mean that progress is not estimated. */
const noDeadline = 2_147_483_647

function hasMoved(before: DeploymentStatus, now: Counts): boolean {
  const old = (before.replicas ?? 0) - (before.updatedReplicas ?? 0)
  return (
    now.updatedReplicas > (before.updatedReplicas ?? 0) ||
    now.replicas - now.updatedReplicas < old ||
    now.readyReplicas > (before.readyReplicas ?? 0) ||
    now.availableReplicas > (before.availableReplicas ?? 0)
  )
}

/** Why pods of its sets may not be made. */
function replicaFailure({ fresh, old }: Split): Condition[] {
  for (const set of fresh === undefined ? old : [fresh, ...old]) {
    const found = set.status?.conditions?.find(({ type }) => type === 'ReplicaFailure')
    if (found === undefined) continue
    const { lastTransitionTime } = found
    return [{ ...found, ...(lastTransitionTime === undefined ? {} : { lastUpdateTime: lastTransitionTime }) }]
  }
  return []
}

/** Its times move only when something else in it does. */
function condition(
  { status }: Deployment,
  now: number,
  next: { type: string; status: string; reason: string; message: string },
): Condition {
  const old = status?.conditions?.find((c) => c.type === next.type)
  const turned = old?.status !== next.status
  const same = !turned && old.reason === next.reason && old.message === next.message
  return {
    ...next,
    lastUpdateTime: same && old.lastUpdateTime ? old.lastUpdateTime : timestamp(now),
    lastTransitionTime: !turned && old.lastTransitionTime ? old.lastTransitionTime : timestamp(now),
  }
}
