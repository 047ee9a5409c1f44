import type { Action } from '../../action.ts'
import { act, nothing, refuse } from '../../decision.ts'
import type { NodeView } from '../../observe/answer.ts'
import { announcedHost, instanceOfHost } from '../build/names.ts'
import type { Instance } from '../observation.ts'
import { viewOf } from '../observation.ts'
import { servingPrimary } from '../primary.ts'
import type { Step, StepInput } from '../step.ts'

/** A replica reports once a second; after so many seconds of silence from one that answers us it will not begin again. */
const silentFor = 15

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
  const silent = seen.instances.filter((instance) => isSilent({ redis, seen }, instance, view))
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
    ...silent.map(
      (instance): Action => ({
        do: 'reconnect',
        instance: instance.name,
        reason: 'ReplicationRepaired',
        message: `Reconnected ${instance.name} to ${primary.name}, which it followed without reporting how far it is`,
      }),
    ),
  )
}

/**
 * Its link is up and it reports nothing: it fell back to the SYNC of old, which knows no reports, because its PSYNC met a server that
 * was no primary yet and its SYNC, a moment later, one that was. It would follow and never count as caught up.
 * Source: slaveTryPartialResynchronization and CLIENT_PRE_PSYNC in replication.c.
 */
function isSilent({ redis, seen }: StepInput, instance: Instance, primary: NodeView): boolean {
  const view = viewOf(instance)
  if (view?.role !== 'replica' || !view.linkUp) return false
  if (instanceOfHost(redis, view.primaryHost, seen.instances) !== servingPrimary(seen)?.name) return false
  const heard = primary.replicas.find(
    (replica) => replica.online && instanceOfHost(redis, replica.host, [instance]) !== undefined,
  )
  return heard !== undefined && heard.lag >= silentFor
}

function followsSomeoneElse({ redis, seen }: StepInput, instance: Instance, primary: Instance): boolean {
  const view = viewOf(instance)
  if (!view) return false
  return view.role === 'primary' || instanceOfHost(redis, view.primaryHost, seen.instances) !== primary.name
}
