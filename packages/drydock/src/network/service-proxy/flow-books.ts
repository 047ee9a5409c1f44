/**
 * UDP knows no connections, but the kernel remembers each client's endpoint for as long as the client speaks, also when the endpoint is
 * gone. It keeps several books of what it remembers (zones of conntrack): a Service that loses an endpoint, or has its first, gets a new book,
 * in which nothing is written, and every client of it is given an endpoint anew.
 */
import { backendsFor, type Frontend } from './backends.ts'

/** The kernel has so many; 0 is the ordinary one. */
const books = 65_535

export class FlowBooks {
  readonly #seen = new Map<string, { readonly backends: ReadonlySet<string>; readonly book: number }>()

  /** To be told of every state in turn. @returns the book of each UDP Service that has one of its own, by `address port` */
  after(frontends: readonly Frontend[]): ReadonlyMap<string, number> {
    for (const frontend of frontends) {
      if (frontend.protocol !== 'udp') continue
      const key = `${frontend.address} ${frontend.port}`
      const backends = new Set(backendsFor(frontend).map(({ address, port }) => `${address}:${port}`))
      const before = this.#seen.get(key)
      const had = [...(before?.backends ?? [])]
      // Of whoever spoke to the address when nobody answered there it is written that nobody does.
      const begins = had.length === 0 && backends.size > 0
      const renewed = begins || had.some((backend) => !backends.has(backend))
      const book = before?.book ?? 0
      this.#seen.set(key, { backends, book: renewed ? (book % books) + 1 : book })
    }
    return new Map([...this.#seen].flatMap(([key, { book }]) => (book > 0 ? [[key, book]] : [])))
  }
}
