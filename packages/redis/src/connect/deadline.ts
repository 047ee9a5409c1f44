import { RedisError } from './error.ts'

/**
 * Waits for `work` at most `ms` milliseconds and not beyond the signal. `giveUp` runs before the refusal is thrown, to end
 * what would otherwise stay open: the library's own command timeout ends once a command is written, so a stopped server
 * would be waited for without end.
 */
export function withDeadline<T>(
  work: Promise<T>,
  o: {
    readonly ms: number
    readonly signal?: AbortSignal | undefined
    readonly what: string
    readonly giveUp: () => void
  },
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer)
      o.signal?.removeEventListener('abort', onAbort)
    }
    const refuse = (error: RedisError): void => {
      finish()
      o.giveUp()
      reject(error)
    }
    const onAbort = (): void => refuse(aborted(o.what, o.signal))
    const timer = setTimeout(
      () => refuse(new RedisError('TimedOut', `${o.what}: no answer in ${o.ms} ms`)),
      o.ms,
    )
    o.signal?.addEventListener('abort', onAbort, { once: true })
    work.then(
      (value) => {
        finish()
        resolve(value)
      },
      (error: unknown) => {
        finish()
        reject(error)
      },
    )
    if (o.signal?.aborted) onAbort()
  })
}

/** The error of something that the caller's signal ended. */
export function aborted(what: string, signal: AbortSignal | undefined): RedisError {
  return new RedisError('Aborted', `${what}: aborted`, { cause: signal?.reason })
}
