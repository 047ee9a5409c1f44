/** How long to wait after the n-th failure in a row. */
export interface Backoff {
  /** Milliseconds after the first failure. */
  initial: number
  /** Milliseconds at most. */
  max: number
  /** Times longer after each failure. */
  factor: number
  /** Up to this part of the delay is added at random, so that many who failed together do not come back together. */
  jitter: number
}

/** @param failures at least 1. @param random in [0, 1). */
export function delayAfter(backoff: Backoff, failures: number, random: () => number): number {
  const delay = Math.min(backoff.initial * backoff.factor ** (failures - 1), backoff.max)
  return delay * (1 + backoff.jitter * random())
}
