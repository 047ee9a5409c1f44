import { KubeError } from './errors.ts'

/** A timer that has not fired yet. */
export interface Timer {
  cancel(): void
}

/** The time as everything timed here takes it, so that tests decide when it passes. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms` milliseconds; rejects with code `Aborted` when the signal fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `fn` once after `ms` milliseconds. */
  setTimer(ms: number, fn: () => void): Timer
}

/** `setTimeout` overflows above this and fires at once. */
const longestTimeout = 2 ** 31 - 1

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleepOn(systemClock, ms, signal),
  setTimer(ms, fn) {
    const timeout = setTimeout(fn, Math.min(Math.max(ms, 0), longestTimeout))
    return { cancel: () => clearTimeout(timeout) }
  },
}

/** `Clock.sleep` in terms of `Clock.setTimer`. */
export function sleepOn(clock: Pick<Clock, 'setTimer'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(KubeError.aborted(signal))
    const stop = (): void => {
      timer.cancel()
      if (signal) reject(KubeError.aborted(signal))
    }
    const timer = clock.setTimer(ms, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    signal?.addEventListener('abort', stop, { once: true })
  })
}
