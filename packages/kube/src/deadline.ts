import type { Clock } from './clock.ts'
import { KubeError } from './errors.ts'

/** A signal that fires with a typed reason when the caller gives up or the time is over, whichever comes first. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Counts from now again. */
  restart(ms: number): void
  /** Must be called when the work is done: it frees the timer and the caller's signal. */
  end(): void
}

/**
 * `AbortSignal.any` and `AbortSignal.timeout` would do, but they know no fake clock, and a signal that lives as long
 * as the process would gather one dependent for each call made under it.
 */
export function startDeadline(
  clock: Clock,
  ms: number,
  outer: AbortSignal | undefined,
  what: string,
): Deadline {
  const controller = new AbortController()
  const expire = (after: number): void => {
    controller.abort(new KubeError('Timeout', `${what}: no answer within ${after} ms`))
  }
  const giveUp = (): void => {
    if (outer) controller.abort(KubeError.aborted(outer))
  }
  let timer = clock.setTimer(ms, () => expire(ms))
  if (outer?.aborted) giveUp()
  else outer?.addEventListener('abort', giveUp, { once: true })
  return {
    signal: controller.signal,
    restart(after) {
      timer.cancel()
      timer = clock.setTimer(after, () => expire(after))
    },
    end() {
      timer.cancel()
      outer?.removeEventListener('abort', giveUp)
    },
  }
}

/** `work`, or the reason of the signal if that fires first; for work that takes no signal itself. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void =>
      reject(signal.reason instanceof KubeError ? signal.reason : KubeError.aborted(signal))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
