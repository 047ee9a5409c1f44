import { NodeError } from '../node-error.ts'

/** Types of control frames. Source: draft-mbelshe-httpbis-spdy-00, section 2.6. */
export const control = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const

/** The sender sends nothing more on this stream. */
export const flagFin = 1

export type Frame =
  | { readonly kind: 'data'; readonly stream: number; readonly flags: number; readonly payload: Buffer }
  | { readonly kind: 'control'; readonly type: number; readonly flags: number; readonly payload: Buffer }

const headerLength = 8
const version = 3

/** Nobody who forwards ports sends larger ones; a peer that claims to is refused before its bytes are collected. */
const longestFrame = 4 * 1024 * 1024

export function encodeData(stream: number, flags: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(headerLength)
  header.writeUInt32BE(stream & 0x7fffffff, 0)
  header.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4)
  return Buffer.concat([header, payload])
}

export function encodeControl(type: number, flags: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(headerLength)
  header.writeUInt16BE(0x8000 | version, 0)
  header.writeUInt16BE(type, 2)
  header.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4)
  return Buffer.concat([header, payload])
}

/** Takes bytes as they come and gives whole frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)

  /** Throws NodeError `Protocol` for bytes that are not SPDY/3. */
  push(bytes: Buffer): Frame[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const frames: Frame[] = []
    for (;;) {
      const frame = this.#take()
      if (!frame) return frames
      frames.push(frame)
    }
  }

  #take(): Frame | undefined {
    if (this.#rest.length < headerLength) return undefined
    const first = this.#rest.readUInt32BE(0)
    const length = this.#rest.readUIntBE(5, 3)
    if (length > longestFrame) throw new NodeError('Protocol', `a frame of ${length} bytes`)
    if (this.#rest.length < headerLength + length) return undefined
    const flags = this.#rest.readUInt8(4)
    const payload = this.#rest.subarray(headerLength, headerLength + length)
    this.#rest = this.#rest.subarray(headerLength + length)
    if (first < 0x80000000) return { kind: 'data', stream: first, flags, payload }
    if (((first >>> 16) & 0x7fff) !== version) throw new NodeError('Protocol', 'not SPDY/3')
    return { kind: 'control', type: first & 0xffff, flags, payload }
  }
}
