/** Planned moves of the primary: there is one way, and one at a time. */
import { act, type Check, chain, type Decision, wait } from '../decision.ts'
import { buildConfigMap } from './build/config-map.ts'
import { type Instance, viewOf } from './observation.ts'
import { behind, bytesText, caughtUp } from './primary.ts'
import type { StepInput } from './step.ts'

interface Move extends StepInput {
  readonly primary: Instance
  readonly to: Instance
}

const aMoveIsUnderWay: Check<Move> = ({ primary }) =>
  viewOf(primary)?.failoverInProgress
    ? { reason: 'MoveUnderWay', message: `${primary.name} is handing over already` }
    : undefined

const theReplicaIsBehind: Check<Move> = ({ primary, to }) => {
  const [from, replica] = [viewOf(primary), viewOf(to)]
  if (!from || !replica) return { reason: 'ReplicaSilent', message: `${to.name} does not answer` }
  const bytes = behind(from, replica)
  if (bytes === undefined)
    return { reason: 'ReplicaBehind', message: `${to.name} is not attached to ${primary.name}` }
  if (!caughtUp(from, replica)) {
    return { reason: 'ReplicaBehind', message: `${to.name} is ${bytesText(bytes)} behind ${primary.name}` }
  }
  return undefined
}

const itIsGoing: Check<Move> = ({ to }) =>
  to.pod === undefined || to.pod.deleting || !to.pod.ready
    ? { reason: 'ReplicaNotReady', message: `${to.name} is not ready` }
    : undefined

/** Whether the primary may be handed to this replica now. */
export const maySwitchOver: Check<Move> = chain(aMoveIsUnderWay, itIsGoing, theReplicaIsBehind)

/** Hands the primary to the best of the replicas that `allowed` admits, or says what holds that back. */
export function planSwitchover(
  input: StepInput,
  primary: Instance,
  allowed: (candidate: Instance) => boolean,
  purpose: string,
): Decision {
  const candidates = input.seen.instances.filter((i) => i !== primary && i.pod !== undefined && allowed(i))
  const ranked = candidates.sort(
    (a, b) => (viewOf(b)?.offset ?? 0) - (viewOf(a)?.offset ?? 0) || a.ordinal - b.ordinal,
  )
  const objections = ranked.map((to) => ({ to, objection: maySwitchOver({ ...input, primary, to }) }))
  const free = objections.find(({ objection }) => objection === undefined)
  if (free) {
    return act({
      do: 'switchover',
      from: primary.name,
      to: free.to.name,
      configMap: buildConfigMap(input.redis, free.to.name, input.seen.configMap?.metadata.resourceVersion),
      reason: 'SwitchedOver',
      message: `Moved the primary from ${primary.name} to ${free.to.name} (${purpose})`,
    })
  }
  const first = objections[0]?.objection
  return wait(
    first?.reason ?? 'NoReplica',
    first?.message ?? `No replica can take over from ${primary.name}`,
    500,
  )
}
