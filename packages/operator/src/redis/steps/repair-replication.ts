import type { Action } from '../../action.ts'
import { act, nothing, refuse } from '../../decision.ts'
import { announcedHost, instanceOfHost } from '../build/names.ts'
import type { Instance } from '../observation.ts'
import { viewOf } from '../observation.ts'
import { servingPrimary } from '../primary.ts'
import type { Step, StepInput } from '../step.ts'

/** Everybody follows the primary. An instance that holds data while the primary has none is left alone and reported. */
export const repairReplication: Step = ({ redis, seen }) => {
  const primary = servingPrimary(seen)
  const view = viewOf(primary)
  if (!primary || !view || view.failoverInProgress) return nothing
  const astray = seen.instances.filter(
    (instance) => instance !== primary && followsSomeoneElse({ redis, seen }, instance, primary),
  )
  const fuller = astray.find((instance) => view.keys === 0 && (viewOf(instance)?.keys ?? 0) > 0)
  if (fuller) {
    return refuse(
      'EmptyPrimary',
      `${primary.name} (primary) is empty while ${fuller.name} holds ${viewOf(fuller)?.keys} keys and does not follow it; send REPLICAOF to ${fuller.name} to give its data up, or promote it by hand`,
    )
  }
  return act(
    ...astray.map(
      (instance): Action => ({
        do: 'replicate',
        instance: instance.name,
        from: announcedHost(redis, primary.name),
        reason: 'ReplicationRepaired',
        message: `Pointed ${instance.name} to ${primary.name}`,
      }),
    ),
  )
}

function followsSomeoneElse({ redis, seen }: StepInput, instance: Instance, primary: Instance): boolean {
  const view = viewOf(instance)
  if (!view) return false
  return view.role === 'primary' || instanceOfHost(redis, view.primaryHost, seen.instances) !== primary.name
}
