import { setTimeout as sleep } from 'node:timers/promises'
import { ClusterError } from './cluster-error.ts'

/** How often something is looked at, in ms. */
const every = 150

/**
 * Tries something until it does not fail.
 * @param what names it in the error
 * @param within milliseconds
 * @throws {ClusterError} `Timeout`, caused by what the last try threw
 */
export async function until<T>(what: string, within: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + within
  for (;;) {
    try {
      return await attempt()
    } catch (cause) {
      if (Date.now() > deadline) {
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new ClusterError('Timeout', `${what}: not within ${within / 1000} s: ${why}`, { cause })
      }
    }
    await sleep(every)
  }
}
