import type { ServerResponse } from 'node:http'
import type { ListItem } from '../answer.ts'
import type { Api } from '../api.ts'
import type { EventInFlight, EventVerdict } from '../hooks.ts'
import { apiVersionOf } from '../kinds.ts'
import { renderObject, type Shape } from '../render.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import type { Status } from '../status.ts'
import { eventLine } from './event-frame.ts'

/** A watcher that does not read may make the server hold this much for it, in bytes; then it is cut off. */
const backlogLimit = 32 * 1024 * 1024

/** Writes watch events, in order, one JSON text a line. */
export class EventSender {
  readonly #api: Api
  readonly #request: ResourceRequest
  readonly #response: ServerResponse
  readonly #shape: Shape
  /** Ends when all that was held back has been sent; undefined while nothing is. */
  #held: Promise<void> | undefined
  /** Of a table only the first event tells the columns. */
  #columnsSent = false

  constructor(api: Api, request: ResourceRequest, response: ServerResponse, shape: Shape) {
    this.#api = api
    this.#request = request
    this.#response = response
    this.#shape = shape
  }

  send(type: 'ADDED' | 'MODIFIED' | 'DELETED', item: ListItem): void {
    const hook = this.#api.hooks.onEvent
    const verdict = hook === undefined ? 'send' : hook({ type, object: item.object, request: this.#request })
    const decided = (answer: EventVerdict) => {
      if (answer === 'send') this.#write(type, item)
      else if (answer !== 'drop') for (const event of answer) this.#instead(event)
    }
    if (this.#held === undefined && !(verdict instanceof Promise)) decided(verdict)
    else this.#after(async () => decided(await verdict))
  }

  bookmark(revision: number, initialEventsEnd = false): void {
    const { kind } = this.#request
    const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
    const object = {
      kind: kind.kind,
      apiVersion: apiVersionOf(kind),
      metadata: { resourceVersion: String(revision), ...annotations },
    }
    this.#inOrder(() => this.#line(eventLine('BOOKMARK', JSON.stringify(object))))
  }

  error(status: Status): void {
    this.#inOrder(() => this.#line(eventLine('ERROR', JSON.stringify(status))))
  }

  async end(): Promise<void> {
    await this.#held
    this.#response.end()
  }

  #write(type: string, item: ListItem): void {
    const { form } = this.#shape
    if (form === 'whole') this.#line(this.#api.frames.of(type, item))
    else {
      const shape = { ...this.#shape, columnsKnown: this.#columnsSent }
      this.#line(eventLine(type, renderObject(this.#api, this.#request.kind, item, shape)))
      this.#columnsSent = true
    }
  }

  #instead({ type, object }: Pick<EventInFlight, 'type' | 'object'>): void {
    this.#write(type, { object, json: JSON.stringify(object) })
  }

  #line(bytes: Buffer): void {
    if (this.#response.destroyed || this.#response.writableEnded) return
    if (this.#response.writableLength > backlogLimit) {
      this.#response.destroy()
      return
    }
    this.#response.write(bytes)
  }

  #inOrder(work: () => void): void {
    if (this.#held === undefined) work()
    else this.#after(async () => work())
  }

  #after(work: () => Promise<void>): void {
    const before = this.#held ?? Promise.resolve()
    const mine = before.then(work).catch((error: unknown) => {
      this.#api.log.warn({ err: error }, 'a held watch event was not sent')
    })
    this.#held = mine
    void mine.then(() => {
      if (this.#held === mine) this.#held = undefined
    })
  }
}
