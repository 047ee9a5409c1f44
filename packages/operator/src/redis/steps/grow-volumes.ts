import { parseQuantity } from '@orlop/api'
import type { Action } from '../../action.ts'
import { act, nothing, refuse } from '../../decision.ts'
import type { Step } from '../step.ts'

/** Asks for larger volumes where their class can grow them. The data stays where it is and the server keeps running. */
export const growVolumes: Step = ({ redis, seen }) => {
  if (redis.spec.persistence.mode === 'none') return nothing
  const size = redis.spec.persistence.storage.size
  const wanted = parseQuantity(size) ?? 0
  const small = seen.instances.flatMap((i) =>
    i.claim && (parseQuantity(i.claim.requested) ?? 0) < wanted ? [i.claim] : [],
  )
  const stuck = small.find((claim) => !claim.expandable)
  if (stuck) {
    return refuse(
      'VolumeCannotGrow',
      `persistence.storage.size is ${size}, but ${stuck.name} has ${stuck.requested} and its storage class ${stuck.storageClass ?? '(none)'} cannot expand volumes; set the size back to ${stuck.requested}, or move the data to a cache with another class`,
    )
  }
  return act(
    ...small.map(
      (claim): Action => ({
        do: 'growVolume',
        claim: claim.name,
        uid: claim.uid,
        size,
        reason: 'VolumeGrown',
        message: `Asked for ${size} instead of ${claim.requested} for ${claim.name}`,
      }),
    ),
  )
}
