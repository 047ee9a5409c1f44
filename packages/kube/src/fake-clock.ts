import { type Clock, sleepOn, type Timer } from './clock.ts'

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: number
  #timers: { at: number; order: number; fn: () => void }[] = []
  #order = 0

  constructor(now: number = Date.UTC(2026, 0, 1)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal)
  }

  setTimer(ms: number, fn: () => void): Timer {
    const timer = { at: this.#now + Math.max(ms, 0), order: this.#order++, fn }
    this.#timers.push(timer)
    return { cancel: () => this.#drop(timer) }
  }

  /** How many timers wait: a test that expects a sleep can wait for it to begin. */
  get pending(): number {
    return this.#timers.length
  }

  /** Moves the time on by `ms`, firing each timer at its own moment and letting what it woke run before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (;;) {
      const next = this.#timers
        .filter((t) => t.at <= end)
        .sort((a, b) => a.at - b.at || a.order - b.order)
        .at(0)
      if (!next) break
      this.#drop(next)
      this.#now = Math.max(this.#now, next.at)
      next.fn()
      await settle()
    }
    this.#now = end
  }

  #drop(timer: object): void {
    this.#timers = this.#timers.filter((t) => t !== timer)
  }
}

/** A turn of the event loop, so that promises resolved by a timer have had their continuations. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
