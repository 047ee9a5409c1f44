import { Duplex } from 'node:stream'
import { control, encodeControl, encodeData, type Frame, FrameReader, flagFin } from './frames.ts'
import { HeaderCodec, type Headers } from './headers.ts'

/** Largest payload of a data frame that is sent; bytes. */
const piece = 32 * 1024

/** A stream that the client opened. */
export class SpdyStream extends Duplex {
  readonly id: number
  readonly headers: Headers
  readonly #send: (frame: Buffer) => Promise<void>
  readonly #drained: () => void

  constructor(id: number, headers: Headers, send: (frame: Buffer) => Promise<void>, drained: () => void) {
    super({ allowHalfOpen: true })
    this.id = id
    this.headers = headers
    this.#send = send
    this.#drained = drained
  }

  override _read(): void {
    this.#drained()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pieces(chunk).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#send(encodeData(this.id, flagFin, Buffer.alloc(0))).then(() => done(), done)
  }

  async #pieces(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; at += piece)
      await this.#send(encodeData(this.id, 0, chunk.subarray(at, at + piece)))
  }
}

/**
 * The server side of SPDY/3.1, as much of it as `kubectl` (through moby/spdystream) speaks: streams opened by the client, data both ways, half-closing,
 * resets and pings. Neither side of Kubernetes uses flow control windows; a stream that is not read holds back the whole connection instead.
 */
export class SpdyConnection {
  readonly #transport: Duplex
  readonly #reader = new FrameReader()
  readonly #codec = new HeaderCodec()
  readonly #streams = new Map<number, SpdyStream>()
  readonly #onStream: (stream: SpdyStream) => void
  readonly #closed = new AbortController()
  #writing: Promise<void> = Promise.resolve()

  constructor(transport: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#transport = transport
    this.#onStream = onStream
    transport.on('close', () => this.close())
    transport.on('error', () => this.close())
    void this.#read()
  }

  /** Aborted when the connection is over. */
  get closed(): AbortSignal {
    return this.#closed.signal
  }

  close(): void {
    if (this.#closed.signal.aborted) return
    this.#closed.abort()
    for (const stream of this.#streams.values()) stream.destroy()
    this.#streams.clear()
    this.#transport.destroy()
    this.#codec.close()
  }

  /** Resolves when everything written so far was handed to the transport, and ends it. */
  async end(): Promise<void> {
    await this.#writing.catch(() => {})
    if (!this.#transport.writableEnded) this.#transport.end()
  }

  async #read(): Promise<void> {
    try {
      for await (const bytes of this.#transport) {
        for (const frame of this.#reader.push(bytes)) await this.#handle(frame)
      }
    } catch {
      // What is not SPDY, or a transport that broke: in both cases nothing more can be said to the peer.
    }
    this.close()
  }

  async #handle(frame: Frame): Promise<void> {
    if (frame.kind === 'data') return this.#data(frame.stream, frame.flags, frame.payload)
    switch (frame.type) {
      case control.synStream:
        return this.#open(frame.flags, frame.payload)
      case control.rstStream:
        this.#streams.get(frame.payload.readUInt32BE(0))?.destroy()
        return
      case control.ping:
        // Odd numbers are the client's own pings; even ones would be answers to ours.
        if (frame.payload.readUInt32BE(0) % 2 === 1)
          await this.#send(encodeControl(control.ping, 0, frame.payload))
        return
      case control.headers:
        // Nothing here sends them; decoded all the same, for the compression goes on over every block.
        await this.#codec.decode(frame.payload.subarray(4))
        return
      default:
        return
    }
  }

  async #open(flags: number, payload: Buffer): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff
    const headers = await this.#codec.decode(payload.subarray(10))
    let drained = (): void => {}
    const stream = new SpdyStream(
      id,
      headers,
      (frame) => this.#send(frame),
      () => drained(),
    )
    drained = () => stream.emit('drained')
    stream.on('error', () => {})
    stream.on('close', () => this.#streams.delete(id))
    this.#streams.set(id, stream)
    const number = Buffer.alloc(4)
    number.writeUInt32BE(id)
    await this.#send(
      encodeControl(control.synReply, 0, Buffer.concat([number, await this.#codec.encode({})])),
    )
    if (flags & flagFin) stream.push(null)
    this.#onStream(stream)
  }

  async #data(id: number, flags: number, payload: Buffer): Promise<void> {
    const stream = this.#streams.get(id)
    if (!stream || stream.destroyed || stream.readableEnded) return
    if (payload.length > 0 && !stream.push(Buffer.from(payload))) await this.#room(stream)
    if (flags & flagFin && !stream.destroyed) stream.push(null)
  }

  /** Resolves when a stream takes more, or is over. */
  #room(stream: SpdyStream): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stream.off('drained', done)
        stream.off('close', done)
        resolve()
      }
      stream.once('drained', done)
      stream.once('close', done)
    })
  }

  /** One frame after the other, each when the transport takes it. */
  #send(frame: Buffer): Promise<void> {
    const sent = this.#writing.then(
      () =>
        new Promise<void>((resolve, reject) => {
          this.#transport.write(frame, (error) => (error ? reject(error) : resolve()))
        }),
    )
    this.#writing = sent.catch(() => {})
    return sent
  }
}
