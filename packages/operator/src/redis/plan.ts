/**
 * The algorithm: reading the list of steps is reading what Orlop does for a `Redis`. In order; the first step that decides
 * ends the pass, and the next pass sees the world it made.
 */
import type { ResolvedRedis } from '@orlop/api'
import { type Decision, nothing, wait } from '../decision.ts'
import type { Observation } from './observation.ts'
import type { Step } from './step.ts'
import { applyLiveConfiguration } from './steps/apply-live-configuration.ts'
import { electPrimary } from './steps/elect-primary.ts'
import { growVolumes } from './steps/grow-volumes.ts'
import { keepBinding } from './steps/keep-binding.ts'
import { keepConfiguration } from './steps/keep-configuration.ts'
import { keepInstances } from './steps/keep-instances.ts'
import { keepPassword } from './steps/keep-password.ts'
import { keepServices } from './steps/keep-services.ts'
import { keepWriteGuard } from './steps/keep-write-guard.ts'
import { labelRoles } from './steps/label-roles.ts'
import { refuseWhatCannotWork } from './steps/refuse-what-cannot-work.ts'
import { repairReplication } from './steps/repair-replication.ts'
import { replaceBroken, restartOutdated } from './steps/restart-outdated.ts'
import { scaleIn } from './steps/scale-in.ts'
import { waitForLeftovers } from './steps/wait-for-leftovers.ts'

const steps: readonly Step[] = [
  keepPassword,
  keepConfiguration,
  keepServices,
  keepInstances,
  growVolumes,
  replaceBroken,
  electPrimary,
  repairReplication,
  labelRoles,
  keepBinding,
  applyLiveConfiguration,
  keepWriteGuard,
  scaleIn,
  restartOutdated,
]

/** What goes on for a resource that was refused: what runs keeps running, and heals. */
const healing: readonly Step[] = [electPrimary, repairReplication, labelRoles]

export interface Plan {
  readonly decision: Decision
  /** Set while the resource as written cannot be followed. */
  readonly refusal: Extract<Decision, { kind: 'refuse' }> | undefined
}

export function plan(redis: ResolvedRedis, seen: Observation): Plan {
  const leaving = waitForLeftovers({ redis, seen })
  if (leaving.kind !== 'nothing') return { decision: leaving, refusal: undefined }
  const refusal = refuseWhatCannotWork({ redis, seen })
  const refused = refusal.kind === 'refuse' ? refusal : undefined
  const decision = firstDecision(refused ? healing : steps, redis, seen)
  return { decision: redis.spec.paused ? held(decision) : decision, refusal: refused }
}

function firstDecision(list: readonly Step[], redis: ResolvedRedis, seen: Observation): Decision {
  for (const step of list) {
    const decision = step({ redis, seen })
    if (decision.kind !== 'nothing') return decision
  }
  return nothing
}

/** Paused: look and report, touch nothing. */
function held(decision: Decision): Decision {
  if (decision.kind === 'nothing') return wait('Paused', 'Paused; nothing waits to be done')
  if (decision.kind !== 'act') return wait('Paused', `Paused; ${decision.message}`)
  const todo = decision.actions.map((action) => action.message).filter((message) => message !== '')
  return wait('Paused', `Paused; to be done: ${todo.join('; ') || 'routine upkeep'}`)
}
