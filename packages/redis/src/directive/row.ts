import type { Directive } from './directive.ts'

/** A directive and the versions that have it so, `redis 7.0, redis 7.2, valkey 8.0`. */
export interface Row extends Directive {
  readonly versions: string
}
