/** The API server misbehaves as told: it refuses, waits, shows the past, or holds back what happens. */
import type { ApiHooks, EventInFlight, EventVerdict } from '../src/apiserver/hooks.ts'
import type { ResourceRequest, Verb } from '../src/apiserver/request/resource-request.ts'
import { ApiError } from '../src/apiserver/status.ts'
import { arranged, type Order } from './event-order.ts'

/** Which requests are meant; what is left out matches everything. */
export interface Requests {
  readonly userAgent?: string
  readonly verbs?: readonly Verb[]
  readonly kinds?: readonly string[]
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
}

/** Which watch events are meant: those of objects, on their way to watchers. */
export interface Events extends Pick<Requests, 'userAgent' | 'kinds' | 'namespace' | 'name'> {
  readonly where?: (event: EventInFlight) => boolean
}

/** Takes a fault back. */
export type Undo = () => void

export interface Refusal {
  /** HTTP status, such as 409. */
  readonly status: number
  /** Reason of the Status, such as `Conflict`. */
  readonly reason: string
  readonly message?: string
  /** The first of the matching writes that is refused, counted from 1 (default 1), and how many are (default 1). */
  readonly nth?: number
  readonly times?: number
}

export interface HeldEvents {
  /** How many are held back now. */
  readonly count: number
  /** Sends them, in the order said, and holds no more. */
  release(order?: Order): void
}

type WriteRule = (request: ResourceRequest) => Promise<void> | void
type EventRule = (event: EventInFlight) => Promise<EventVerdict> | EventVerdict | undefined

/**
 * Faults of one API server: `createDrydock({ hooks: faults.hooks })`. The newest fault that matches decides; each can be
 * taken back.
 */
export class ApiFaults {
  readonly hooks: ApiHooks
  readonly #writes = new Set<WriteRule>()
  readonly #events = new Set<EventRule>()
  readonly #pasts = new Set<{ readonly of: Requests; readonly revision: number }>()

  constructor() {
    this.hooks = {
      onWrite: async (_, request) => {
        for (const rule of this.#writes) await rule(request)
      },
      onEvent: (event) => {
        for (const rule of [...this.#events].reverse()) {
          const verdict = rule(event)
          if (verdict !== undefined) return verdict
        }
        return 'send'
      },
      readAt: (request) => [...this.#pasts].reverse().find(({ of }) => matches(of, request))?.revision,
    }
  }

  /** Tells of every matching write before it is looked at. */
  onWrite(of: Requests, told: (request: ResourceRequest) => void): Undo {
    return add(this.#writes, (request) => {
      if (matches(of, request)) told(request)
    })
  }

  refuse(of: Requests, { status, reason, message = 'refused by a test', nth = 1, times = 1 }: Refusal): Undo {
    let seen = 0
    return add(this.#writes, (request) => {
      if (!matches(of, request)) return
      seen += 1
      if (seen >= nth && seen < nth + times) throw new ApiError(status, reason, message)
    })
  }

  /** Matching writes wait until the promise resolves. */
  delay(of: Requests, until: Promise<unknown>): Undo {
    return add(this.#writes, async (request) => {
      if (matches(of, request)) await until
    })
  }

  /** Lists and gets (or the verbs said) are answered as of an older revision. */
  showPast(of: Requests, revision: number): Undo {
    return add(this.#pasts, { of, revision })
  }

  drop(of: Events): Undo {
    return add(this.#events, (event) => (concerns(of, event) ? 'drop' : undefined))
  }

  /** Holds matching events back, and what follows them in the same watch. */
  hold(of: Events): HeldEvents {
    const watches = new Map<
      ResourceRequest,
      { event: EventInFlight; decide: (verdict: EventVerdict) => void }[]
    >()
    const undo = add(this.#events, (event) => {
      if (!concerns(of, event)) return undefined
      const { promise, resolve } = Promise.withResolvers<EventVerdict>()
      const held = watches.get(event.request) ?? []
      watches.set(event.request, [...held, { event, decide: resolve }])
      return promise
    })
    return {
      get count() {
        return [...watches.values()].reduce((sum, held) => sum + held.length, 0)
      },
      release: (order = 'asHappened') => {
        undo()
        for (const held of watches.values()) {
          // The first in line stands for all of them.
          const [first, ...rest] = held
          const events = held.map(({ event }) => event)
          first?.decide(arranged(events, order))
          for (const { decide } of rest) decide('drop')
        }
        watches.clear()
      },
    }
  }
}

function add<T>(rules: Set<T>, rule: T): Undo {
  rules.add(rule)
  return () => rules.delete(rule)
}

export function matches(of: Requests, request: ResourceRequest): boolean {
  return (
    (of.userAgent === undefined || of.userAgent === request.userAgent) &&
    (of.verbs?.includes(request.verb) ?? true) &&
    (of.kinds?.includes(request.kind.kind) ?? true) &&
    (of.namespace === undefined || of.namespace === request.namespace) &&
    (of.name === undefined || of.name === request.name) &&
    (of.subresource === undefined || of.subresource === request.subresource)
  )
}

function concerns({ userAgent, kinds, namespace, name, where }: Events, event: EventInFlight): boolean {
  const { metadata } = event.object
  return (
    (userAgent === undefined || userAgent === event.request.userAgent) &&
    (kinds?.includes(event.request.kind.kind) ?? true) &&
    (namespace === undefined || namespace === metadata.namespace) &&
    (name === undefined || name === metadata.name) &&
    (where?.(event) ?? true)
  )
}
