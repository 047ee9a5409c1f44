import type { Client } from './client.ts'
import type { Clock } from './clock.ts'
import { startDeadline, unlessAborted } from './deadline.ts'
import { isAlreadyExists, isConflict, isNotFound, KubeError, kubeErrorCode } from './errors.ts'
import type { Lease } from './kinds.ts'
import type { Log } from './log.ts'
import { microTime } from './micro-time.ts'
import { resources } from './resources.ts'

export interface LeaseOptions {
  client: Client
  namespace: string
  name: string
  /** Unlike that of every other candidate; the pod's name and uid, say. */
  identity: string
  /** Milliseconds after which others take a lease that was not renewed; 15,000 unless said. */
  leaseDuration?: number | undefined
  /** Milliseconds after which a leader that could not renew stops leading; 10,000 unless said. */
  renewDeadline?: number | undefined
  /** Milliseconds between two attempts; 2,000 unless said. */
  retryPeriod?: number | undefined
  clock: Clock
  log: Log
  /** Told each time the lease was got or renewed, with when that was asked for. */
  onRenewed?: ((at: number) => void) | undefined
  /** Leads until its signal fires; when it returns by itself the lease is given back. */
  onStartedLeading: (signal: AbortSignal) => Promise<void> | void
  signal: AbortSignal
}

/**
 * Leads while it holds the lease, as client-go's `leaderelection` does: a lease is another's until it has been seen
 * unchanged for its own duration by this machine's clock, so clocks need not agree. The leader stops
 * (`renewDeadline`) before the others may start (`leaseDuration`).
 * Resolves when the signal has fired or the work has ended, the lease given back.
 * @throws KubeError `LeaseLost` when it could not renew, or another holds the lease: end the process, for
 *   nothing it knows is certain any more. What `onStartedLeading` throws is thrown on.
 */
export async function runWithLease(o: LeaseOptions): Promise<void> {
  const elector = new Elector(o)
  const renewed = await elector.acquire()
  if (renewed === undefined) return
  const leading = new AbortController()
  const stop = (): void => leading.abort(o.signal.reason)
  o.signal.addEventListener('abort', stop, { once: true })
  if (o.signal.aborted) stop()
  const work = Promise.resolve(leading.signal).then(o.onStartedLeading)
  const ended = new AbortController()
  try {
    const keeping = elector.keep(renewed, ended.signal)
    // Whichever comes first: the work ends or fails, or the lease is lost.
    await Promise.race([work, keeping])
    if (!o.signal.aborted) leading.abort()
    ended.abort()
    await keeping
    await work
    await elector.release()
  } catch (e) {
    leading.abort(e)
    ended.abort()
    // Given back only by who has stopped leading; who cannot stop must not keep the process from ending.
    if (await endsBefore(o.clock.sleep(elector.spare), work)) await elector.release()
    throw e
  } finally {
    o.signal.removeEventListener('abort', stop)
  }
}

function endsBefore(limit: Promise<void>, work: Promise<void>): Promise<boolean> {
  const ended = (): boolean => true
  return Promise.race([work.then(ended, ended), limit.then(() => false)])
}

class Elector {
  readonly #o: LeaseOptions
  readonly #log: Log
  readonly #duration: number
  readonly #renewDeadline: number
  readonly #retry: number
  /** The lease as last seen, and when it was first seen so. */
  #seen: { lease: Lease; at: number } | undefined

  constructor(o: LeaseOptions) {
    this.#o = o
    this.#log = o.log.child({ lease: `${o.namespace}/${o.name}`, identity: o.identity })
    this.#duration = o.leaseDuration ?? 15_000
    this.#renewDeadline = o.renewDeadline ?? 10_000
    this.#retry = o.retryPeriod ?? 2_000
    if (this.#duration <= this.#renewDeadline || this.#renewDeadline <= this.#retry) {
      throw new KubeError('BadConfig', 'a lease needs leaseDuration > renewDeadline > retryPeriod')
    }
  }

  /** Tries until it holds the lease; when it has, since when. `undefined` when the signal fired. */
  async acquire(): Promise<number | undefined> {
    const { clock, signal } = this.#o
    const over = new AbortController()
    let wake = new AbortController()
    let freed = false
    const free = (): void => {
      freed = true
      wake.abort()
    }
    let listening: Promise<void> | undefined
    try {
      while (!signal.aborted) {
        const asked = clock.now()
        freed = false
        if (await this.#tryOnce(signal, this.#renewDeadline)) {
          this.#log.info({}, 'leads')
          this.#o.onRenewed?.(asked)
          return asked
        }
        // Of a lease that is given back the next leader hears at once, not at its next attempt.
        listening ??= this.#listen(over.signal, free).finally(() => {
          listening = undefined
        })
        if (freed) continue
        wake = new AbortController()
        await unlessAborted(clock.sleep(this.#retry, wake.signal), signal).catch(() => {})
      }
      return undefined
    } finally {
      over.abort()
      wake.abort()
      await listening
    }
  }

  /** Calls `wake` when the lease is nobody's. Attempts go on by the clock, so a watch that breaks or is not allowed costs only time. */
  async #listen(signal: AbortSignal, wake: () => void): Promise<void> {
    const { client, namespace, name } = this.#o
    try {
      const from = this.#seen?.lease.metadata.resourceVersion
      const events = client.watch(resources.leases, {
        namespace,
        fieldSelector: `metadata.name=${name}`,
        ...(from === undefined ? {} : { resourceVersion: from }),
        signal,
      })
      for await (const { type, object } of events) {
        if (type === 'DELETED' || (type !== 'BOOKMARK' && !object.spec?.holderIdentity)) wake()
      }
    } catch (err) {
      if (!signal.aborted) this.#log.debug({ err, code: kubeErrorCode(err) }, 'the watch of the lease ended')
    }
  }

  /** Renews until `ended` or the caller's signal fires. @throws KubeError `LeaseLost` */
  async keep(since: number, ended: AbortSignal): Promise<void> {
    const { clock, signal } = this.#o
    // Counted from before the request went out: the others count from when it arrived, which is later.
    let renewed = since
    const deadline = startDeadline(
      clock,
      this.#renewDeadline - (clock.now() - renewed),
      ended,
      'renewing the lease',
    )
    try {
      while (!ended.aborted && !signal.aborted) {
        await unlessAborted(clock.sleep(this.#retry, signal), deadline.signal).catch(() => {})
        if (ended.aborted || signal.aborted) return
        const asked = clock.now()
        if (!deadline.signal.aborted && (await this.#tryOnce(deadline.signal, this.#renewDeadline))) {
          renewed = asked
          this.#o.onRenewed?.(asked)
          deadline.restart(this.#renewDeadline - (clock.now() - asked))
        }
        if (ended.aborted || signal.aborted) return
        const holder = this.#seen?.lease.spec?.holderIdentity
        // The timer and the time: the one does not tick while the machine sleeps, the other can be set back.
        const late = deadline.signal.aborted || clock.now() - renewed >= this.#renewDeadline
        if (holder !== this.#o.identity || late) {
          this.#log.error({ holder }, 'lost the lease')
          throw new KubeError('LeaseLost', `the lease ${this.#o.namespace}/${this.#o.name} was lost`)
        }
      }
    } finally {
      deadline.end()
    }
  }

  /** Milliseconds that a leader who stopped in time has before another may lead. */
  get spare(): number {
    return this.#duration - this.#renewDeadline
  }

  /** Gives the lease back, so that the next leader need not wait; a failure costs only that wait. */
  async release(): Promise<void> {
    const lease = this.#seen?.lease
    if (lease?.spec?.holderIdentity !== this.#o.identity) return
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: this.#now() }
    try {
      await this.#o.client.update(resources.leases, { ...lease, spec }, { timeout: this.#retry })
      this.#log.info({}, 'gave the lease back')
    } catch (err) {
      this.#log.warn({ err, code: kubeErrorCode(err) }, 'could not give the lease back')
    }
  }

  /** Takes or renews the lease if that is allowed; a failure is a no. */
  async #tryOnce(signal: AbortSignal, timeout: number): Promise<boolean> {
    const { client, namespace, name, identity, clock } = this.#o
    try {
      const found = await client
        .get(resources.leases, { namespace, name }, { signal, timeout })
        .catch((e) => (isNotFound(e) ? undefined : Promise.reject(e)))
      if (!found) {
        this.#see(await client.create(resources.leases, this.#first(), { signal, timeout }))
        return true
      }
      this.#see(found)
      const holder = found.spec?.holderIdentity
      if (holder && holder !== identity && !this.#expired()) return false
      const spec = {
        ...found.spec,
        ...this.#held(),
        ...(holder === identity
          ? {}
          : { acquireTime: this.#now(), leaseTransitions: (found.spec?.leaseTransitions ?? 0) + 1 }),
      }
      // The resourceVersion that was read goes along: of two who try at once, one gets a conflict.
      this.#see(await client.update(resources.leases, { ...found, spec }, { signal, timeout }))
      return true
    } catch (err) {
      const quiet = signal.aborted || isConflict(err) || isAlreadyExists(err)
      this.#log[quiet ? 'debug' : 'warn'](
        { err, code: kubeErrorCode(err), at: clock.now() },
        'could not get the lease',
      )
      return false
    }
  }

  #see(lease: Lease): void {
    if (this.#seen?.lease.metadata.resourceVersion === lease.metadata.resourceVersion) return
    this.#seen = { lease, at: this.#o.clock.now() }
  }

  #expired(): boolean {
    if (!this.#seen) return false
    const duration = (this.#seen.lease.spec?.leaseDurationSeconds ?? this.#duration / 1000) * 1000
    return this.#o.clock.now() - this.#seen.at >= duration
  }

  #first(): Lease {
    const { namespace, name } = this.#o
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name },
      spec: { ...this.#held(), acquireTime: this.#now(), leaseTransitions: 0 },
    }
  }

  #held(): { holderIdentity: string; leaseDurationSeconds: number; renewTime: string } {
    return {
      holderIdentity: this.#o.identity,
      leaseDurationSeconds: Math.ceil(this.#duration / 1000),
      renewTime: this.#now(),
    }
  }

  #now(): string {
    return microTime(this.#o.clock.now())
  }
}
