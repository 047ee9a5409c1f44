import type { ApiObject } from './object.ts'
import type { ResourceRequest } from './request/resource-request.ts'

/** An event on its way to one watcher. */
export interface EventInFlight {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: ApiObject
  /** The watch request it answers. */
  readonly request: ResourceRequest
}

export type EventVerdict = 'send' | 'drop' | readonly Pick<EventInFlight, 'type' | 'object'>[]

/**
 * Where a test puts its hand in. Everything here is for tests: a server without hooks behaves as a real one does.
 */
export interface ApiHooks {
  /**
   * Before the n-th write (counted from 1) is looked at. A promise delays it; throwing an `ApiError` refuses it.
   */
  onWrite?(n: number, request: ResourceRequest): Promise<void> | void
  /**
   * Before an event is sent to a watcher. `drop` loses it; events are sent in its place; a promise holds it and all that
   * follow it in that watch.
   */
  onEvent?(event: EventInFlight): Promise<EventVerdict> | EventVerdict
  /** The revision at which a get or list is answered instead of the newest; undefined for the newest. */
  readAt?(request: ResourceRequest): number | undefined
}
