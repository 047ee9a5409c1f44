import type { ListItem } from '../answer.ts'

/**
 * The bytes of a watch event. A change goes to all who watch it one after the other, so that remembering the last one
 * encodes it once, not once for each of them.
 */
export class EventFrames {
  #item: ListItem | undefined
  #type = ''
  #bytes: Buffer = Buffer.alloc(0)

  of(type: string, item: ListItem): Buffer {
    if (this.#item !== item || this.#type !== type) {
      this.#bytes = eventLine(type, item.json)
      this.#item = item
      this.#type = type
    }
    return this.#bytes
  }
}

/** One event as a line of JSON. */
export function eventLine(type: string, objectJson: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":${objectJson}}\n`)
}
