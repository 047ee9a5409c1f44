/** What a Deployment needs next. Pure; after pkg/controller/deployment/{rolling,recreate}.go. */
import type { Deployment, Pod, ReplicaSet } from '@orlop/kube'
import { isFinished } from '../pod-state.ts'
import { amount } from '../workloads/percent.ts'
import { isScaling, proportionalSizes, sizeAnnotations } from './proportion.ts'
import {
  copiedAnnotations,
  expiredSets,
  newReplicaSet,
  nextRevision,
  REVISION,
  REVISION_HISTORY,
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
  | {
      readonly kind: 'scale'
      readonly set: ReplicaSet
      readonly replicas: number
      readonly annotations: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'annotate'
      readonly target: ReplicaSet | Deployment
      readonly annotations: Readonly<Record<string, string>>
    }
  | { readonly kind: 'pace'; readonly set: ReplicaSet; readonly minReadySeconds: number }
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
  const actions = deployment.metadata.deletionTimestamp === undefined ? actionsFor(view, parts) : []
  const created = actions.find((action) => action.kind === 'create')?.set
  const { status, again } = deploymentStatus(
    deployment,
    parts,
    { created, scaling: isScaling(deployment, sets) },
    now,
  )
  return { actions, status, ...(again === undefined ? {} : { again }) }
}

function actionsFor(view: DeploymentView, { fresh, old }: Split): DeploymentAction[] {
  const { deployment, sets } = view
  const expired = expiredSets(deployment, old).map((set): DeploymentAction => ({ kind: 'delete', set }))
  if (deployment.spec?.paused === true) return [...scaleInStep(deployment, fresh, old), ...expired]
  const numbers = fresh === undefined ? [] : renumber(deployment, fresh, sets)
  if (isScaling(deployment, sets)) return [...numbers, ...scaleInStep(deployment, fresh, old)]
  const recreate = deployment.spec?.strategy?.type === 'Recreate'
  if (fresh === undefined) {
    if (recreate && !isEmpty(view, old)) return shrinkAll(deployment, old)
    const replicas = recreate ? wantedReplicas(deployment) : roomFor(deployment, sets, 0)
    const annotations = sizeAnnotations(deployment, limits(deployment).maxSurge)
    return [{ kind: 'create', set: newReplicaSet(deployment, sets, replicas, annotations) }]
  }
  if (recreate) {
    return isEmpty(view, old)
      ? [...numbers, ...resize(deployment, fresh, wantedReplicas(deployment)), ...expired]
      : [...numbers, ...shrinkAll(deployment, old)]
  }
  return [...numbers, ...roll(deployment, fresh, old), ...expired]
}

/** Scaling alone, while nothing rolls: one set takes it all, several share it. */
function scaleInStep(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): DeploymentAction[] {
  const all = fresh === undefined ? old : [fresh, ...old]
  const active = all.filter((set) => replicas(set) > 0)
  const wanted = wantedReplicas(deployment)
  const only = active.length === 0 ? (fresh ?? old.at(-1)) : active.length === 1 ? active[0] : undefined
  if (only !== undefined) return sized(deployment, only, wanted)
  if (fresh !== undefined && replicas(fresh) === wanted && available(fresh) === wanted)
    return shrinkAll(deployment, old)
  if (deployment.spec?.strategy?.type === 'Recreate') return []
  const sizes = proportionalSizes(deployment, all, limits(deployment).maxSurge)
  return [...sizes].flatMap(([set, size]) => sized(deployment, set, size))
}

/** Up as far as maxSurge allows, then down as far as maxUnavailable does. */
function roll(deployment: Deployment, fresh: ReplicaSet, old: readonly ReplicaSet[]): DeploymentAction[] {
  const size = replicas(fresh)
  const target = Math.min(wantedReplicas(deployment), roomFor(deployment, [fresh, ...old], size))
  const up = size > wantedReplicas(deployment) ? wantedReplicas(deployment) : Math.max(size, target)
  if (up !== size) return resize(deployment, fresh, up)
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
    return resize(deployment, set, replicas(set) - broken - Math.max(0, serving))
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
  const before = revisionOf(fresh)
  const revision = String(before > newest ? before : nextRevision(sets))
  const history = fresh.metadata.annotations?.[REVISION_HISTORY]
  const returns = before > 0 && before < Number(revision)
  return [
    ...annotated(fresh, {
      ...copiedAnnotations(deployment),
      [REVISION]: revision,
      ...(returns ? { [REVISION_HISTORY]: history ? `${history},${before}` : String(before) } : {}),
    }),
    ...annotated(deployment, { [REVISION]: revision }),
    ...paced(deployment, fresh),
  ]
}

function paced({ spec }: Deployment, set: ReplicaSet): DeploymentAction[] {
  const minReadySeconds = spec?.minReadySeconds ?? 0
  return (set.spec?.minReadySeconds ?? 0) === minReadySeconds ? [] : [{ kind: 'pace', set, minReadySeconds }]
}

function annotated(
  target: ReplicaSet | Deployment,
  annotations: Readonly<Record<string, string>>,
): DeploymentAction[] {
  const same = Object.entries(annotations).every(
    ([name, value]) => target.metadata.annotations?.[name] === value,
  )
  return same ? [] : [{ kind: 'annotate', target, annotations }]
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

const shrinkAll = (deployment: Deployment, old: readonly ReplicaSet[]): DeploymentAction[] =>
  old.flatMap((set) => resize(deployment, set, 0))
const wantedReplicas = (deployment: Deployment): number => deployment.spec?.replicas ?? 1
const replicas = (set: ReplicaSet): number => set.spec?.replicas ?? 0
const available = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0

function resize(deployment: Deployment, set: ReplicaSet, wanted: number): DeploymentAction[] {
  const annotations = sizeAnnotations(deployment, limits(deployment).maxSurge)
  return replicas(set) === wanted ? [] : [{ kind: 'scale', set, replicas: wanted, annotations }]
}

/** As {@link resize}; a set that keeps its size learns of the new whole too. */
function sized(deployment: Deployment, set: ReplicaSet, wanted: number): DeploymentAction[] {
  const resized = resize(deployment, set, wanted)
  return resized.length > 0
    ? resized
    : annotated(set, sizeAnnotations(deployment, limits(deployment).maxSurge))
}
