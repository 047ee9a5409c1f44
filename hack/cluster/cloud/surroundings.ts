import type { Client, Clock, Log } from '@orlop/kube'
import type { Place } from '../place.ts'

/** What each part of the cloud is started with. */
export interface Surroundings {
  readonly client: Client
  readonly log: Log
  readonly clock: Clock
  /** In [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly signal: AbortSignal
  readonly place: Place
}
