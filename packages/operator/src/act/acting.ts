/** What executors work with. */
import type { ResolvedRedis } from '@orlop/api'
import type { Client, Clock, Log } from '@orlop/kube'
import type { Connection } from '@orlop/redis'
import type { Secrets } from '../observe/secrets.ts'
import type { Observation } from '../redis/observation.ts'

export interface Acting {
  readonly client: Client
  readonly secrets: Secrets
  readonly clock: Clock
  readonly log: Log
  readonly randomBytes: (size: number) => Buffer
  readonly signal: AbortSignal
}

/** One pass over one resource: the executors see what the plan saw. */
export interface Pass extends Acting {
  readonly redis: ResolvedRedis
  readonly namespace: string
  readonly seen: Observation
  readonly password: string | undefined
  /** Opens a connection to an instance for the length of `use`. */
  connect<T>(instance: string, use: (redis: Connection) => Promise<T>): Promise<T>
}

/** The one name under which Orlop writes to Kubernetes. */
export const fieldManager = 'orlop'
