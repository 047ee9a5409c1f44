/** How long a node waits between restarts of a container; milliseconds. */
export interface BackoffOptions {
  readonly initial: number
  readonly max: number
  /** A container that ran this long before it ended starts with a clean slate. */
  readonly resetAfter: number
}

/** The kubelet's numbers (pkg/kubelet/kubelet.go: 10 s to 300 s; forgotten after twice the cap). */
export const kubeletBackoff: BackoffOptions = { initial: 10_000, max: 300_000, resetAfter: 600_000 }

/**
 * The waiting times of one container: none before the first restart, then doubling from `initial` to `max`.
 * The time counts from the end of the run before, as in the kubelet.
 */
export class Backoff {
  readonly #options: BackoffOptions
  #next = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  /** Milliseconds to wait after a run of `ranFor` milliseconds. */
  after(ranFor: number): number {
    if (ranFor >= this.#options.resetAfter) this.#next = 0
    const delay = this.#next
    this.#next = delay === 0 ? this.#options.initial : Math.min(delay * 2, this.#options.max)
    return delay
  }
}

/** As Go prints a duration of whole seconds: 10s, 1m20s, 5m0s. */
export function goDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds}ms`
  const seconds = Math.round(milliseconds / 1000)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
