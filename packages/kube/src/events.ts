import type { Client } from './client.ts'
import type { Clock, Timer } from './clock.ts'
import { isNotFound, kubeErrorCode } from './errors.ts'
import type { Event } from './kinds.ts'
import type { Log } from './log.ts'
import { microTime } from './micro-time.ts'
import type { KubeObject } from './object.ts'
import { resources } from './resources.ts'

export interface EventRecorderOptions {
  client: Client
  /** A qualified name: `orlop.dev/operator`. */
  reportingController: string
  /** The pod. */
  reportingInstance: string
  clock: Clock
  log: Log
  /** Milliseconds between two writes of a repeated event; 10,000 unless said. */
  foldFor?: number | undefined
  /** Series remembered and writes waiting at most; 1,000 unless said. */
  limit?: number | undefined
}

/** What happened; `action` is what was done about it and is the reason unless said. */
export interface EventInput {
  type: 'Normal' | 'Warning'
  /** CamelCase code. */
  reason: string
  /** One line, past tense, with values. */
  note: string
  action?: string | undefined
}

/** A series without a repeat for this long is over, as in client-go's `tools/events`. */
const seriesEndsAfter = 6 * 60_000

/** `ValidateEventCreate` of Kubernetes' `pkg/apis/core/validation/events.go`. */
const longest = { note: 1024, reason: 128, action: 128, instance: 128, name: 253 }

interface Series {
  event: Event
  /** Occurrences so far, and the last of them. */
  count: number
  last: number
  /** What the server knows of it. */
  written: { count: number; at: number } | undefined
}

/**
 * Writes events (events.k8s.io/v1) about objects. The same words about the same object again become one event with a
 * series: a count and the last time. `record` returns at once and never throws; what cannot be written is dropped
 * with a line in the log, for no work may fail over what is told about it.
 */
export class EventRecorder {
  readonly #o: EventRecorderOptions
  readonly #limit: number
  readonly #foldFor: number
  readonly #series = new Map<string, Series>()
  readonly #waiting = new Map<string, Series>()
  #writing: Promise<void> | undefined
  #timer: Timer | undefined
  #serial = 0
  #dropped = 0

  constructor(options: EventRecorderOptions) {
    this.#o = options
    this.#limit = options.limit ?? 1_000
    this.#foldFor = options.foldFor ?? 10_000
  }

  record(regarding: KubeObject, input: EventInput): void {
    try {
      const now = this.#o.clock.now()
      const { uid, namespace, name } = regarding.metadata
      const { type, reason, action, note } = input
      const key = JSON.stringify([regarding.kind, namespace, name, uid, type, reason, action, note])
      const known = this.#series.get(key)
      const series =
        known && now - known.last < seriesEndsAfter ? known : this.#begin(key, regarding, input, now)
      if (series === known) series.count++
      series.last = now
      this.#queue(key, series)
    } catch (err) {
      this.#o.log.warn({ err, reason: input.reason }, 'an event could not be recorded')
    }
  }

  /** Resolves once everything recorded so far has been written or dropped, repeats included. */
  async flush(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    while (this.#writing || this.#waiting.size > 0) {
      this.#writing ??= this.#write(true)
      await this.#writing
    }
  }

  #begin(key: string, regarding: KubeObject, input: EventInput, now: number): Series {
    const series = { event: this.#event(regarding, input, now), count: 1, last: now, written: undefined }
    this.#series.delete(key)
    this.#series.set(key, series)
    const [oldest] = this.#series.keys()
    if (this.#series.size > this.#limit && oldest !== undefined) this.#series.delete(oldest)
    return series
  }

  #queue(key: string, series: Series): void {
    if (!this.#waiting.has(key) && this.#waiting.size >= this.#limit) {
      this.#dropped++
      return
    }
    this.#waiting.set(key, series)
    this.#wake()
  }

  /** Writes now, or when the first of the waiting series may be written again. */
  #wake(): void {
    if (this.#writing || this.#waiting.size === 0) return
    const now = this.#o.clock.now()
    const due = Math.min(...[...this.#waiting.values()].map((series) => this.#due(series)))
    this.#timer?.cancel()
    this.#timer = undefined
    if (due > now) this.#timer = this.#o.clock.setTimer(due - now, () => this.#wake())
    else this.#writing = this.#write(false)
  }

  #due(series: Series): number {
    return series.written ? series.written.at + this.#foldFor : 0
  }

  /** Never rejects. One write at a time: events matter less than what else asks the server. */
  async #write(all: boolean): Promise<void> {
    const now = this.#o.clock.now()
    for (const [key, series] of [...this.#waiting]) {
      if (!all && this.#due(series) > now) continue
      this.#waiting.delete(key)
      try {
        await this.#writeOne(series)
      } catch (err) {
        const { reason, note } = series.event
        this.#o.log.warn({ code: kubeErrorCode(err), err, reason, note }, 'an event could not be written')
      }
    }
    if (this.#dropped > 0) this.#o.log.warn({ dropped: this.#dropped }, 'too many events')
    this.#dropped = 0
    this.#writing = undefined
    this.#wake()
  }

  async #writeOne(series: Series): Promise<void> {
    const { client, clock } = this.#o
    const count = series.count
    const repeated = count > 1 ? { series: { count, lastObservedTime: microTime(series.last) } } : {}
    const written = { count, at: clock.now() }
    if (series.written) {
      const patched = await client
        .patch(resources.events, series.event.metadata, { type: 'merge', body: repeated })
        .catch((e) => (isNotFound(e) ? undefined : Promise.reject(e)))
      series.written = written
      if (patched) return
    }
    // The first time, or the server has let it expire.
    await client.create(resources.events, { ...series.event, ...repeated })
    series.written = written
  }

  #event(regarding: KubeObject, input: EventInput, now: number): Event {
    const { namespace, name, uid, resourceVersion } = regarding.metadata
    const where = namespace ?? 'default'
    const suffix = `.${(now * 1000 + (this.#serial++ % 1000)).toString(16)}`
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: where, name: `${name.slice(0, longest.name - suffix.length)}${suffix}` },
      eventTime: microTime(now),
      type: input.type,
      reason: input.reason.slice(0, longest.reason),
      action: (input.action ?? input.reason).slice(0, longest.action),
      note: cut(input.note, longest.note),
      reportingController: this.#o.reportingController,
      reportingInstance: this.#o.reportingInstance.slice(0, longest.instance),
      regarding: {
        apiVersion: regarding.apiVersion,
        kind: regarding.kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
    }
  }
}

/** At most `bytes` of UTF-8, not ending in half a character. */
function cut(text: string, bytes: number): string {
  const buffer = Buffer.from(text)
  return buffer.length <= bytes
    ? text
    : buffer
        .subarray(0, bytes)
        .toString('utf8')
        .replace(/\uFFFD+$/, '')
}
