import type { Clock } from './clock.ts'

export interface BreakerOptions {
  /** Reconciles of one key that may follow each other at any speed. */
  burst: number
  /** Reconciles a second that one key may have for ever. */
  perSecond: number
  /** Milliseconds for which a key that used up both is held back. */
  hold: number
}

export const defaultBreaker: BreakerOptions = { burst: 100, perSecond: 2, hold: 10_000 }

/** Above this many keys the full buckets are thrown away: a full bucket is what a new key gets. */
const sweepAbove = 1_000

/**
 * Stops a storm: two controllers that undo each other's work, or one that reacts to its own writes, would otherwise
 * reconcile one object without end and starve the others. A token bucket a key; back-off does not help, for every reconcile succeeds.
 */
export class CircuitBreaker {
  readonly #o: BreakerOptions
  readonly #clock: Clock
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  constructor(clock: Clock, o: BreakerOptions = defaultBreaker) {
    this.#clock = clock
    this.#o = o
  }

  /** 0 when the key may be reconciled now, otherwise milliseconds for which it must wait. */
  holdBack(key: string): number {
    const now = this.#clock.now()
    const tokens = this.#tokens(key, now)
    if (tokens < 1) return this.#o.hold
    this.#buckets.set(key, { tokens: tokens - 1, at: now })
    if (this.#buckets.size > sweepAbove) this.#sweep(now)
    return 0
  }

  #tokens(key: string, now: number): number {
    const bucket = this.#buckets.get(key)
    if (!bucket) return this.#o.burst
    return Math.min(this.#o.burst, bucket.tokens + ((now - bucket.at) / 1000) * this.#o.perSecond)
  }

  #sweep(now: number): void {
    for (const key of this.#buckets.keys()) {
      if (this.#tokens(key, now) >= this.#o.burst) this.#buckets.delete(key)
    }
  }
}
