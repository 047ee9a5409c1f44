import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { SpdyConnection, type SpdyStream } from './connection.ts'
import { dictionary } from './dictionary.ts'
import { control, encodeControl, encodeData, type Frame, FrameReader, flagFin } from './frames.ts'
import { decodePairs, encodePairs, HeaderCodec } from './headers.ts'

test('the dictionary is the one of the standard', () => {
  let [a, b] = [1, 0]
  for (const byte of dictionary) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  expect(((b << 16) | a) >>> 0).toBe(0xe3c6a7c2)
})

test('frames come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2 ** 31 - 1), fc.nat(255), fc.uint8Array({ maxLength: 50 }), fc.boolean()), {
        maxLength: 5,
      }),
      fc.integer({ min: 1, max: 20 }),
      (written, step) => {
        const bytes = Buffer.concat(
          written.map(([number, flags, data, isData]) =>
            isData
              ? encodeData(number, flags, Buffer.from(data))
              : encodeControl(number % 10, flags, Buffer.from(data)),
          ),
        )
        const reader = new FrameReader()
        const read: Frame[] = []
        for (let at = 0; at < bytes.length; at += step)
          read.push(...reader.push(bytes.subarray(at, at + step)))
        expect(
          read.map((f) => [
            f.kind === 'data' ? f.stream : f.type,
            f.flags,
            [...f.payload],
            f.kind === 'data',
          ]),
        ).toEqual(
          written.map(([number, flags, data, isData]) => [
            isData ? number : number % 10,
            flags,
            [...data],
            isData,
          ]),
        )
      },
    ),
  )
})

test('another version and an endless frame are refused', () => {
  expect(() => new FrameReader().push(Buffer.from([0x80, 2, 0, 1, 0, 0, 0, 0]))).toThrow('SPDY/3')
  expect(() => new FrameReader().push(Buffer.from([0, 0, 0, 1, 0, 255, 255, 255]))).toThrow('bytes')
})

test('header blocks, one after the other, over one compression', async () => {
  const [client, server] = [new HeaderCodec(), new HeaderCodec()]
  for (const headers of [
    { streamtype: 'error', port: '6379' },
    {},
    { streamtype: 'data', long: 'x'.repeat(100_000) },
  ]) {
    expect(await server.decode(await client.encode(headers))).toEqual(headers)
  }
  client.close()
  server.close()
})

test('a header block that ends early is refused', () => {
  expect(() => decodePairs(encodePairs({ name: 'value' }).subarray(0, 12))).toThrow('early')
})

/** Two ends of a transport. */
function ends(): [Duplex, Duplex] {
  const make = (peer: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        peer().push(chunk)
        done()
      },
      final(done) {
        peer().push(null)
        done()
      },
    })
  const one: Duplex = make(() => two)
  const two: Duplex = make(() => one)
  return [one, two]
}

/** A client that opens streams as kubectl does, over the codec under test for its headers. */
class Client {
  readonly transport: Duplex
  readonly frames: Frame[] = []
  readonly #codec = new HeaderCodec()
  readonly #reader = new FrameReader()

  constructor(transport: Duplex) {
    this.transport = transport
    transport.on('data', (bytes: Buffer) => this.frames.push(...this.#reader.push(bytes)))
  }

  async open(id: number, headers: Record<string, string>, flags = 0): Promise<void> {
    const head = Buffer.alloc(10)
    head.writeUInt32BE(id)
    this.transport.write(
      encodeControl(control.synStream, flags, Buffer.concat([head, await this.#codec.encode(headers)])),
    )
  }

  received(id: number): string {
    return this.frames
      .flatMap((f) => (f.kind === 'data' && f.stream === id ? [f.payload.toString()] : []))
      .join('')
  }
}

function until(condition: () => boolean): Promise<void> {
  return vi.waitFor(() => expect(condition()).toBe(true), { timeout: 60_000, interval: 2 })
}

test('a stream carries data both ways and each side ends by itself', async () => {
  const [near, far] = ends()
  const opened: SpdyStream[] = []
  const connection = new SpdyConnection(near, (stream) => opened.push(stream))
  const client = new Client(far)
  await client.open(1, { streamtype: 'data', port: '80' })
  await until(() => opened.length === 1)
  const stream = opened[0]
  expect(stream?.headers).toEqual({ streamtype: 'data', port: '80' })
  far.write(encodeData(1, 0, Buffer.from('to ')))
  far.write(encodeData(1, flagFin, Buffer.from('server')))
  expect(stream && (await text(stream))).toBe('to server')
  stream?.end('to client')
  await until(() => client.frames.some((f) => f.kind === 'data' && f.flags === flagFin))
  expect(client.received(1)).toBe('to client')
  expect(client.frames[0]).toMatchObject({ kind: 'control', type: control.synReply })
  connection.close()
})

test('large writes are cut and arrive whole', async () => {
  const [near, far] = ends()
  const big = 'x'.repeat(200_000)
  const connection = new SpdyConnection(near, (stream) => stream.end(big))
  const client = new Client(far)
  await client.open(1, {}, flagFin)
  await until(() => client.received(1).length === big.length)
  connection.close()
})

test('a stream that nobody reads holds data back, and goes on when it is read', async () => {
  const [near, far] = ends()
  const opened: SpdyStream[] = []
  const connection = new SpdyConnection(near, (stream) => opened.push(stream))
  const client = new Client(far)
  await client.open(1, {})
  for (let i = 0; i < 50; i++) far.write(encodeData(1, 0, Buffer.alloc(10_000)))
  far.write(encodeData(1, flagFin, Buffer.alloc(0)))
  await until(() => opened.length === 1)
  const stream = opened[0]
  expect(stream && (await text(stream)).length).toBe(500_000)
  connection.close()
})

test('pings are answered, a reset ends a stream, the end of the transport ends all', async () => {
  const [near, far] = ends()
  const opened: SpdyStream[] = []
  const connection = new SpdyConnection(near, (stream) => opened.push(stream))
  const client = new Client(far)
  const number = (n: number): Buffer => Buffer.from([0, 0, 0, n])
  far.write(encodeControl(control.ping, 0, number(7)))
  await until(() =>
    client.frames.some((f) => f.kind === 'control' && f.type === control.ping && f.payload.equals(number(7))),
  )
  await client.open(1, {})
  await client.open(3, {})
  await until(() => opened.length === 2)
  far.write(encodeControl(control.rstStream, 0, Buffer.concat([number(1), number(5)])))
  await until(() => opened[0]?.destroyed === true)
  expect(opened[1]?.destroyed).toBe(false)
  far.end()
  await until(() => connection.closed.aborted && opened[1]?.destroyed === true)
})
