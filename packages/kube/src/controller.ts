import type { Backoff } from './backoff.ts'
import { type BreakerOptions, CircuitBreaker } from './circuit-breaker.ts'
import type { Clock } from './clock.ts'
import { startDeadline, unlessAborted } from './deadline.ts'
import { isConflict } from './errors.ts'
import type { Log } from './log.ts'
import { splitKey } from './object.ts'
import type { Source } from './source.ts'
import { WorkQueue } from './work-queue.ts'

export interface ReconcileResult {
  /** Milliseconds until the key wants to be looked at again, if nothing happens before. */
  requeueAfter?: number | undefined
}

/**
 * Brings one object to what is wanted. It is told only which, never what happened, and never runs twice at a time for one key.
 * Throwing means: again, after a delay that grows; code `Conflict`: quietly; {@link TerminalError}: not before the next change.
 */
export type Reconcile = (
  key: { namespace: string; name: string },
  signal: AbortSignal,
  // biome-ignore lint/suspicious/noConfusingVoidType: a reconcile that has nothing to say returns nothing.
) => Promise<ReconcileResult | void>

/** Trying again cannot help: only a change of the object can. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError'
}

export interface ControllerOptions {
  name: string
  reconcile: Reconcile
  /** Keys worked on at a time; 4 unless said. */
  workers?: number | undefined
  sources: readonly Source[]
  backoff?: Backoff | undefined
  /** Milliseconds after which the signal of a reconcile fires; 120,000 unless said. */
  timeout?: number | undefined
  breaker?: BreakerOptions | undefined
}

export type Outcome = 'success' | 'requeue' | 'error' | 'conflict' | 'terminal' | 'held'

/** What a controller tells about itself. */
export interface Metrics {
  reconciled(controller: string, outcome: Outcome, ms: number): void
  depth(controller: string, keys: number): void
}

export interface Surroundings {
  log: Log
  clock: Clock
  random: () => number
  metrics?: Metrics | undefined
}

const shutdownGrace = 10_000

/** Works off the keys of its sources until the signal fires; resolves when no reconcile runs any more. */
export async function runController(
  o: ControllerOptions,
  around: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, metrics } = around
  const log = around.log.child({ controller: o.name })
  const queue = new WorkQueue<string>({ clock, random, backoff: o.backoff })
  const breaker = new CircuitBreaker(clock, o.breaker)
  const held = new Set<string>()
  const add = (key: string): void => {
    queue.add(key)
    metrics?.depth(o.name, queue.depth)
  }
  const stops = o.sources.map((source) => source.start(add))

  async function work(): Promise<void> {
    for (;;) {
      const key = await queue.get(signal).catch(() => undefined)
      if (key === undefined) return
      const began = clock.now()
      const outcome = await attempt(key)
      queue.done(key)
      metrics?.reconciled(o.name, outcome, clock.now() - began)
      metrics?.depth(o.name, queue.depth)
    }
  }

  async function attempt(key: string): Promise<Outcome> {
    const hold = breaker.holdBack(key)
    if (hold > 0) {
      if (!held.has(key))
        log.error({ key, reason: 'ReconcileStorm', hold }, 'held back: reconciled again and again')
      held.add(key)
      queue.addAfter(key, hold)
      return 'held'
    }
    held.delete(key)
    const deadline = startDeadline(clock, o.timeout ?? 120_000, signal, `reconcile ${o.name} ${key}`)
    try {
      const result = await o.reconcile(splitKey(key), deadline.signal)
      queue.forget(key)
      if (!result || result.requeueAfter === undefined) return 'success'
      queue.addAfter(key, result.requeueAfter)
      return 'requeue'
    } catch (err) {
      return failed(key, err)
    } finally {
      deadline.end()
    }
  }

  function failed(key: string, err: unknown): Outcome {
    if (signal.aborted) return 'error'
    if (err instanceof TerminalError) {
      queue.forget(key)
      log.error({ key, err }, 'gave up until the next change')
      return 'terminal'
    }
    queue.addRateLimited(key)
    if (isConflict(err)) {
      log.debug({ key, err }, 'somebody else wrote first')
      return 'conflict'
    }
    log.warn({ key, err, failures: queue.failures(key) }, 'will try again')
    return 'error'
  }

  /** A reconcile that does not listen to its signal must not keep the process from ending. */
  async function withinGrace(workers: Promise<unknown>): Promise<void> {
    const done = new AbortController()
    const limit = async (): Promise<void> => {
      await unlessAborted(new Promise<never>(() => {}), signal).catch(() => {})
      await clock.sleep(shutdownGrace, done.signal).then(
        () => log.error({ grace: shutdownGrace }, 'a reconcile goes on after its signal fired'),
        () => {},
      )
    }
    await Promise.race([workers.finally(() => done.abort()), limit()])
  }

  try {
    // Working from half a picture, a controller would take what it has not seen yet for gone.
    for (const source of o.sources) await source.synced(signal)
    await withinGrace(Promise.all(Array.from({ length: o.workers ?? 4 }, work)))
  } catch (err) {
    if (!signal.aborted) throw err
  } finally {
    for (const stop of stops) stop()
    queue.close()
  }
}
