import type { Authenticator } from './auth.ts'
import type { ApiHooks } from './hooks.ts'
import type { UsageSampler } from './metrics/usage-sampler.ts'
import type { Registry } from './registry.ts'
import type { Storage } from './storage/storage.ts'
import type { EventFrames } from './verbs/event-frame.ts'

/** The time as the server knows it; a structural part of the kube package's `Clock`. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  setTimer(ms: number, fn: () => void): { cancel(): void }
}

/** A structural part of pino's logger. */
export interface Log {
  debug(fields: object, message?: string): void
  info(fields: object, message?: string): void
  warn(fields: object, message?: string): void
  error(fields: object, message?: string): void
}

export interface Random {
  uuid(): string
  /** Letters and digits for generated names. */
  suffix(length: number): string
  /** An unguessable token. */
  token(): string
}

/** How pods reach the API server. */
export interface InCluster {
  /** Where it listens, in the network of pods. */
  readonly address: string
  readonly port: number
  /** PEM of the certificate that pods trust. */
  readonly authority: string
}

/** What every verb works with. */
export interface Api {
  readonly storage: Storage
  readonly registry: Registry
  readonly clock: Clock
  readonly log: Log
  readonly random: Random
  readonly hooks: ApiHooks
  readonly frames: EventFrames
  readonly authenticator: Authenticator
  /** The range that ClusterIPs come from, e.g. `10.96.0.0/16`. */
  readonly serviceRange: string
  /** Undefined where pods do not reach it; then they get no token either. */
  readonly inCluster: InCluster | undefined
  /** The unix socket of a node's kubelet. */
  readonly kubeletSocket: ((node: string) => string) | undefined
  /** What the pods of nodes use. */
  readonly usage: UsageSampler
  /** Aborts when the server closes. */
  readonly closing: AbortSignal
}

/** A time (milliseconds since the epoch) in the form of `creationTimestamp`. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
