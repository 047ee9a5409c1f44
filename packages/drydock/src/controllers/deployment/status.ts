/** What a Deployment's status says of its ReplicaSets. Pure. */
import type { Deployment, ReplicaSet } from '@orlop/kube'
import { timestamp } from '../timestamp.ts'
import { withoutZeros } from '../workloads/counts.ts'
import { amount } from '../workloads/percent.ts'
import type { Split } from './replica-sets.ts'

export type DeploymentStatus = NonNullable<Deployment['status']>
type Condition = NonNullable<DeploymentStatus['conditions']>[number]

export function deploymentStatus(
  deployment: Deployment,
  { fresh, old }: Split,
  now: number,
): { status: DeploymentStatus; again?: number } {
  const sets = fresh === undefined ? old : [fresh, ...old]
  const wanted = deployment.spec?.replicas ?? 1
  const sum = (pick: (status: NonNullable<ReplicaSet['status']>) => number | undefined): number =>
    sets.reduce((total, set) => total + (set.status === undefined ? 0 : (pick(set.status) ?? 0)), 0)
  const availableReplicas = sum((s) => s.availableReplicas)
  const counts = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum((s) => s.replicas),
    updatedReplicas: fresh?.status?.replicas ?? 0,
    readyReplicas: sum((s) => s.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, wanted - availableReplicas),
  }
  const { condition: progressing, again } = progress(deployment, fresh, counts, now)
  const conditions = [availability(deployment, availableReplicas, now), progressing]
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
  readonly availableReplicas: number
}

function progress(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  counts: Counts,
  now: number,
): { condition: Condition; again?: number } {
  const wanted = deployment.spec?.replicas ?? 1
  const name = fresh?.metadata.name ?? ''
  const done = [counts.replicas, counts.updatedReplicas, counts.availableReplicas].every((n) => n === wanted)
  const make = (status: string, reason: string, message: string): Condition =>
    condition(deployment, now, { type: 'Progressing', status, reason, message })
  if (done && fresh !== undefined) {
    const message = `ReplicaSet "${name}" has successfully progressed.`
    return { condition: make('True', 'NewReplicaSetAvailable', message) }
  }
  const old = deployment.status?.conditions?.find((c) => c.type === 'Progressing')
  const pausedBefore = old?.reason === 'DeploymentPaused'
  if (deployment.spec?.paused === true && old?.reason !== 'ProgressDeadlineExceeded')
    return { condition: make('Unknown', 'DeploymentPaused', 'Deployment is paused') }
  if (deployment.spec?.paused !== true && pausedBefore)
    return { condition: make('Unknown', 'DeploymentResumed', 'Deployment is resumed'), again: 0 }
  const moved =
    counts.updatedReplicas !== (deployment.status?.updatedReplicas ?? 0) ||
    counts.availableReplicas !== (deployment.status?.availableReplicas ?? 0) ||
    deployment.status?.observedGeneration !== deployment.metadata.generation
  const since =
    moved || old === undefined || old.reason === 'NewReplicaSetAvailable'
      ? now
      : Date.parse(old.lastUpdateTime ?? '')
  const left = since + (deployment.spec?.progressDeadlineSeconds ?? 600) * 1000 - now
  if (left <= 0 || (!moved && old?.reason === 'ProgressDeadlineExceeded')) {
    const message = `ReplicaSet "${name}" has timed out progressing.`
    return { condition: make('False', 'ProgressDeadlineExceeded', message) }
  }
  const subject = fresh === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${name}"`
  const message = `${subject} is progressing.`
  const next = make('True', 'ReplicaSetUpdated', message)
  return { condition: moved ? { ...next, lastUpdateTime: timestamp(now) } : next, again: left }
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
