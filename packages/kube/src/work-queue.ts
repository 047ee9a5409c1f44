import { type Backoff, delayAfter } from './backoff.ts'
import type { Clock, Timer } from './clock.ts'
import { KubeError } from './errors.ts'

export interface WorkQueueOptions {
  clock: Clock
  /** In [0, 1); without it delays are exact. */
  random?: (() => number) | undefined
  /** After `addRateLimited`; 100 ms doubling to 60 s unless said. */
  backoff?: Backoff | undefined
}

export const defaultQueueBackoff: Backoff = { initial: 100, max: 60_000, factor: 2, jitter: 0.1 }

/**
 * Keys that need work. A key waits at most once however often it is added, is given to one worker at a time, and, when
 * it is added while a worker has it, is given out again after `done`. First come, first served, over all keys.
 * It holds as many entries as there are distinct keys.
 */
export class WorkQueue<K extends string = string> {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #backoff: Backoff
  /** Waits for a worker, in order of arrival. */
  readonly #ready = new Set<K>()
  readonly #processing = new Set<K>()
  /** Was added while a worker had it. */
  readonly #dirty = new Set<K>()
  readonly #later = new Map<K, { at: number; timer: Timer }>()
  readonly #failures = new Map<K, number>()
  readonly #workers: ((key: K) => void)[] = []

  constructor(o: WorkQueueOptions) {
    this.#clock = o.clock
    this.#random = o.random ?? (() => 0)
    this.#backoff = o.backoff ?? defaultQueueBackoff
  }

  /** Keys that wait for a worker now. */
  get depth(): number {
    return this.#ready.size
  }

  add(key: K): void {
    if (this.#processing.has(key)) {
      this.#dirty.add(key)
      return
    }
    if (this.#ready.has(key)) return
    const worker = this.#workers.shift()
    if (!worker) {
      this.#ready.add(key)
      return
    }
    this.#processing.add(key)
    worker(key)
  }

  /** Adds the key in `ms` milliseconds; of several such wishes the earliest counts. */
  addAfter(key: K, ms: number): void {
    if (ms <= 0) {
      this.add(key)
      return
    }
    const at = this.#clock.now() + ms
    const waiting = this.#later.get(key)
    if (waiting && waiting.at <= at) return
    waiting?.timer.cancel()
    const timer = this.#clock.setTimer(ms, () => {
      this.#later.delete(key)
      this.add(key)
    })
    this.#later.set(key, { at, timer })
  }

  /** Adds the key after a delay that grows with each call until `forget`. */
  addRateLimited(key: K): void {
    const failures = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, failures)
    this.addAfter(key, delayAfter(this.#backoff, failures, this.#random))
  }

  /** The key went well: its next failure is its first. */
  forget(key: K): void {
    this.#failures.delete(key)
  }

  /** Failures of the key since `forget`. */
  failures(key: K): number {
    return this.#failures.get(key) ?? 0
  }

  /** The next key, which then belongs to the caller until `done`. Rejects with code `Aborted`. */
  get(signal: AbortSignal): Promise<K> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(KubeError.aborted(signal))
      const [key] = this.#ready
      if (key !== undefined) {
        this.#ready.delete(key)
        this.#processing.add(key)
        return resolve(key)
      }
      const stop = (): void => {
        this.#workers.splice(this.#workers.indexOf(worker), 1)
        reject(KubeError.aborted(signal))
      }
      const worker = (next: K): void => {
        signal.removeEventListener('abort', stop)
        resolve(next)
      }
      signal.addEventListener('abort', stop, { once: true })
      this.#workers.push(worker)
    })
  }

  done(key: K): void {
    this.#processing.delete(key)
    if (this.#dirty.delete(key)) this.add(key)
  }

  /** Cancels everything that was to be added later. */
  close(): void {
    for (const { timer } of this.#later.values()) timer.cancel()
    this.#later.clear()
  }
}
