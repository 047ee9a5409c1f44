import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { KindInfo } from './kinds.ts'
import type { ApiObject, JsonObject } from './object.ts'

/** What a verb gives back, not yet in the form the client asked for. */
export type Answer =
  /** One object of a kind: shown as itself, as a table, or as its metadata alone. */
  | { as: 'object'; code: number; kind: KindInfo; object: ApiObject; json: string }
  | { as: 'list'; kind: KindInfo; metadata: ListMeta; items: readonly ListItem[] }
  /** Anything else: a Status, a Scale, a review. */
  | { as: 'json'; code: number; body: object }
  /** The verb writes to the response itself and ends it. */
  | { as: 'stream'; run(request: IncomingMessage, response: ServerResponse): Promise<void> }

export interface ListMeta extends JsonObject {
  resourceVersion: string
  continue?: string
  remainingItemCount?: number
}

/** An item of a list: its text, and the object when somebody has to look inside. */
export interface ListItem {
  readonly json: string
  readonly object: ApiObject
}

/** A connection that has been upgraded, with what came after its head. */
export interface Upgraded {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}
