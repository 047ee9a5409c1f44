import { parseQuantity } from '@orlop/api'
import type { Action } from '../../action.ts'
import { act, nothing } from '../../decision.ts'
import type { Step } from '../step.ts'

/** Asks for larger volumes; where a class cannot grow them, the size was refused before. The data stays where it is and the server keeps running. */
export const growVolumes: Step = ({ redis, seen }) => {
  if (redis.spec.persistence.mode === 'none') return nothing
  const size = redis.spec.persistence.storage.size
  const wanted = parseQuantity(size) ?? 0
  const small = seen.instances.flatMap((i) =>
    i.claim && (parseQuantity(i.claim.requested) ?? 0) < wanted ? [i.claim] : [],
  )
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
