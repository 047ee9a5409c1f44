import { type Clock, KubeError, systemClock, type Timer } from '@orlop/kube'

interface Waiting {
  readonly at: number
  readonly fn: () => void
  real: Timer
}

/** The clock of the machine, which a test can also move on: what falls due by that fires at once, in its order. */
export class MovableClock implements Clock {
  readonly #base: Clock
  readonly #waiting = new Set<Waiting>()
  #ahead = 0

  constructor(base: Clock = systemClock) {
    this.#base = base
  }

  now(): number {
    return this.#base.now() + this.#ahead
  }

  setTimer(ms: number, fn: () => void): Timer {
    const waiting: Waiting = {
      at: this.now() + Math.max(ms, 0),
      fn,
      real: this.#base.setTimer(ms, () => this.#fire(waiting)),
    }
    this.#waiting.add(waiting)
    return {
      cancel: () => {
        waiting.real.cancel()
        this.#waiting.delete(waiting)
      },
    }
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        timer.cancel()
        if (signal) reject(KubeError.aborted(signal))
      }
      if (signal?.aborted) return reject(KubeError.aborted(signal))
      const timer = this.setTimer(ms, () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      })
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  /** Moves the time on by `ms`, as when a machine slept. Resolves when what fell due has been called. */
  async advance(ms: number): Promise<void> {
    this.#ahead += ms
    const due = [...this.#waiting].filter(({ at }) => at <= this.now()).sort((a, b) => a.at - b.at)
    for (const waiting of due) {
      if (!this.#waiting.has(waiting)) continue
      waiting.real.cancel()
      this.#fire(waiting)
      // What it woke runs before the next.
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (const waiting of this.#waiting) {
      waiting.real.cancel()
      waiting.real = this.#base.setTimer(waiting.at - this.now(), () => this.#fire(waiting))
    }
  }

  #fire(waiting: Waiting): void {
    if (this.#waiting.delete(waiting)) waiting.fn()
  }
}
