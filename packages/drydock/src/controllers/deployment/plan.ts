/** What a Deployment needs next. Pure; after pkg/controller/deployment/{rolling,recreate}.go. */
import type { Deployment, Pod, ReplicaSet } from '@orlop/kube'
import { isFinished } from '../pod-state.ts'
import { amount } from '../workloads/percent.ts'
import {
  expiredSets,
  newReplicaSet,
  nextRevision,
  REVISION,
  revisionOf,
  type Split,
  split,
} from './replica-sets.ts'
import { type DeploymentStatus, deploymentStatus } from './status.ts'

export interface DeploymentView {
  readonly deployment: Deployment
  /** The ReplicaSets it controls. */
  readonly sets: readonly ReplicaSet[]
  /** The pods of those. */
  readonly pods: readonly Pod[]
  readonly now: number
}

export type DeploymentAction =
  | { readonly kind: 'create'; readonly set: ReplicaSet }
  | { readonly kind: 'scale'; readonly set: ReplicaSet; readonly replicas: number }
  | { readonly kind: 'number'; readonly target: ReplicaSet | Deployment; readonly revision: string }
  | { readonly kind: 'delete'; readonly set: ReplicaSet }

export interface DeploymentPlan {
  readonly actions: readonly DeploymentAction[]
  readonly status: DeploymentStatus
  /** ms until the progress deadline */
  readonly again?: number
}

export function planDeployment(view: DeploymentView): DeploymentPlan {
  const { deployment, sets, now } = view
  const parts = split(deployment, sets)
  const { status, again } = deploymentStatus(deployment, parts, now)
  const actions = deployment.metadata.deletionTimestamp === undefined ? actionsFor(view, parts) : []
  return { actions, status, ...(again === undefined ? {} : { again }) }
}

function actionsFor(view: DeploymentView, { fresh, old }: Split): DeploymentAction[] {
  const { deployment, sets } = view
  const paused = deployment.spec?.paused === true
  const expired = expiredSets(deployment, old).map((set): DeploymentAction => ({ kind: 'delete', set }))
  if (paused) return fresh === undefined ? [] : resize(fresh, wantedReplicas(deployment))
  const recreate = deployment.spec?.strategy?.type === 'Recreate'
  if (fresh === undefined) {
    if (recreate && !isEmpty(view, old)) return shrinkAll(old)
    const replicas = recreate ? wantedReplicas(deployment) : roomFor(deployment, sets, 0)
    return [{ kind: 'create', set: newReplicaSet(deployment, sets, replicas) }]
  }
  const numbers = renumber(deployment, fresh, sets)
  if (recreate) {
    return isEmpty(view, old)
      ? [...numbers, ...resize(fresh, wantedReplicas(deployment)), ...expired]
      : [...numbers, ...shrinkAll(old)]
  }
  return [...numbers, ...roll(deployment, fresh, old), ...expired]
}

/** Up as far as maxSurge allows, then down as far as maxUnavailable does. */
function roll(deployment: Deployment, fresh: ReplicaSet, old: readonly ReplicaSet[]): DeploymentAction[] {
  const size = replicas(fresh)
  const target = Math.min(wantedReplicas(deployment), roomFor(deployment, [fresh, ...old], size))
  const up = size > wantedReplicas(deployment) ? wantedReplicas(deployment) : Math.max(size, target)
  if (up !== size) return resize(fresh, up)
  return shrinkOld(deployment, fresh, old)
}

function shrinkOld(
  deployment: Deployment,
  fresh: ReplicaSet,
  old: readonly ReplicaSet[],
): DeploymentAction[] {
  const minAvailable = wantedReplicas(deployment) - limits(deployment).maxUnavailable
  const total = [fresh, ...old].reduce((sum, set) => sum + replicas(set), 0)
  const freshMissing = replicas(fresh) - available(fresh)
  // Old pods that do not serve go first: they cost nobody anything.
  let unhealthy = Math.max(0, total - minAvailable - freshMissing)
  let healthy = Math.max(0, [fresh, ...old].reduce((sum, set) => sum + available(set), 0) - minAvailable)
  return old.flatMap((set): DeploymentAction[] => {
    const broken = Math.min(unhealthy, replicas(set) - Math.min(available(set), replicas(set)))
    const serving = Math.min(healthy, unhealthy - broken, replicas(set) - broken)
    unhealthy -= broken + Math.max(0, serving)
    healthy -= Math.max(0, serving)
    return resize(set, replicas(set) - broken - Math.max(0, serving))
  })
}

/** Shown on the new ReplicaSet and on the Deployment; an old template that returns gets the newest number. */
function renumber(
  deployment: Deployment,
  fresh: ReplicaSet,
  sets: readonly ReplicaSet[],
): DeploymentAction[] {
  const others = sets.filter((set) => set !== fresh)
  const newest = Math.max(0, ...others.map(revisionOf))
  const revision = String(revisionOf(fresh) > newest ? revisionOf(fresh) : nextRevision(sets))
  return [fresh, deployment]
    .filter((target) => target.metadata.annotations?.[REVISION] !== revision)
    .map((target) => ({ kind: 'number', target, revision }))
}

/** How large the new set may be with maxSurge, given what the others hold. */
function roomFor(deployment: Deployment, sets: readonly ReplicaSet[], size: number): number {
  const total = sets.reduce((sum, set) => sum + replicas(set), 0)
  const most = wantedReplicas(deployment) + limits(deployment).maxSurge
  return Math.min(wantedReplicas(deployment), size + Math.max(0, most - total))
}

function limits(deployment: Deployment): { maxSurge: number; maxUnavailable: number } {
  const rolling = deployment.spec?.strategy?.rollingUpdate
  const wanted = wantedReplicas(deployment)
  const maxSurge = amount(rolling?.maxSurge ?? '25%', wanted, 'up')
  const maxUnavailable = amount(rolling?.maxUnavailable ?? '25%', wanted, 'down')
  // Both zero, as percentages of few pods can come to, would never move.
  return { maxSurge, maxUnavailable: maxSurge + maxUnavailable === 0 ? 1 : maxUnavailable }
}

function isEmpty({ pods }: DeploymentView, old: readonly ReplicaSet[]): boolean {
  const uids = new Set(old.map((set) => set.metadata.uid))
  const running = pods.some(
    (pod) => !isFinished(pod) && pod.metadata.ownerReferences?.some((owner) => uids.has(owner.uid)),
  )
  return !running && old.every((set) => replicas(set) === 0)
}

const shrinkAll = (old: readonly ReplicaSet[]): DeploymentAction[] => old.flatMap((set) => resize(set, 0))
const wantedReplicas = (deployment: Deployment): number => deployment.spec?.replicas ?? 1
const replicas = (set: ReplicaSet): number => set.spec?.replicas ?? 0
const available = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0

function resize(set: ReplicaSet, wanted: number): DeploymentAction[] {
  return replicas(set) === wanted ? [] : [{ kind: 'scale', set, replicas: wanted }]
}
