import { act, nothing } from '../../decision.ts'
import { viewOf } from '../observation.ts'
import { servingPrimary } from '../primary.ts'
import type { Step } from '../step.ts'

/**
 * Follows spec.writes.minReplicas with the replicas that are attached now: the guard bounds what an isolated primary may
 * accept, and must not itself stop writes because a replica restarts.
 */
export const keepWriteGuard: Step = ({ redis, seen }) => {
  const primary = servingPrimary(seen)
  const view = viewOf(primary)
  const actual = view?.config['min-replicas-to-write']
  if (!primary || !view || actual === undefined) return nothing
  const attached = view.replicas.filter((replica) => replica.online).length
  const wanted = String(Math.min(redis.spec.writes.minReplicas, attached))
  if (wanted === actual) return nothing
  return act({
    do: 'setConfig',
    instance: primary.name,
    directives: { 'min-replicas-to-write': wanted },
    reason: 'WriteGuardChanged',
    message: `Writes need ${wanted} of the ${attached} attached replicas`,
  })
}
