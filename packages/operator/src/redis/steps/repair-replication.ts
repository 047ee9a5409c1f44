import type { Action } from '../../action.ts'
import { act, nothing, refuse } from '../../decision.ts'
import { announcedHost, instanceOfHost } from '../build/names.ts'
import type { Instance } from '../observation.ts'
import { viewOf } from '../observation.ts'
import { servingPrimary } from '../primary.ts'
import type { Step, StepInput } from '../step.ts'

/** A replica reports once a second; in seconds. */
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
  const uncounted = seen.instances.filter((instance) => followsUncounted({ redis, seen }, instance, primary))
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
    ...uncounted.map(
      (instance): Action => ({
        do: 'reconnect',
        instance: instance.name,
        reason: 'ReplicationRepaired',
        message: `Reconnected ${instance.name} to ${primary.name}, which did not count it`,
      }),
    ),
  )
}

/**
 * It follows by the SYNC of old: it does not know its primary's history, is one byte behind for ever and reports only when it is asked to,
 * so that WAIT and the guard of writes never count it. That happens when its PSYNC met a server that was no primary yet, and its SYNC, a moment
 * later, one that was. Source: slaveTryPartialResynchronization and CLIENT_PRE_PSYNC in replication.c.
 */
function followsUncounted({ redis, seen }: StepInput, instance: Instance, primary: Instance): boolean {
  const [view, served] = [viewOf(instance), viewOf(primary)]
  if (!view || !served || view.role !== 'replica' || !view.linkUp || view.syncing) return false
  if (instanceOfHost(redis, view.primaryHost, seen.instances) !== primary.name) return false
  const heard = served.replicas.find(
    (replica) => replica.online && instanceOfHost(redis, replica.host, [instance]) !== undefined,
  )
  return heard !== undefined && (view.replId !== served.replId || heard.lag >= silentFor)
}

function followsSomeoneElse({ redis, seen }: StepInput, instance: Instance, primary: Instance): boolean {
  const view = viewOf(instance)
  if (!view) return false
  return view.role === 'primary' || instanceOfHost(redis, view.primaryHost, seen.instances) !== primary.name
}
