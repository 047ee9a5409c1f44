import { nothing, wait } from '../../decision.ts'
import type { Step } from '../step.ts'

/**
 * A resource that is made anew right after one of its name was deleted must not take over what is about to be collected: the
 * password it would hand out is gone a moment later.
 */
export const waitForLeftovers: Step = ({ seen }) =>
  seen.leftovers.length === 0
    ? nothing
    : wait(
        'Leftovers',
        `Waiting until ${seen.leftovers.join(', ')} of the deleted resource of this name is gone`,
        250,
      )
