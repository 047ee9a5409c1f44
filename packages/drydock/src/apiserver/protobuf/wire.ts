import { badRequest } from '../status.ts'

/** One field of a message as it is on the wire. */
export interface WireField {
  readonly number: number
  /** A varint, or the bytes of a string, a message or a packed list. */
  readonly value: bigint | Buffer
}

/** Fields of a message in the order sent (https://protobuf.dev/programming-guides/encoding). Throws BadRequest. */
export function* wireFields(bytes: Buffer): IterableIterator<WireField> {
  const reader = { bytes, at: 0 }
  while (reader.at < bytes.length) {
    const tag = varint(reader)
    const number = Number(tag >> 3n)
    switch (tag & 7n) {
      case 0n:
        yield { number, value: varint(reader) }
        break
      case 1n:
        yield { number, value: take(reader, 8) }
        break
      case 2n:
        yield { number, value: take(reader, Number(varint(reader))) }
        break
      case 5n:
        yield { number, value: take(reader, 4) }
        break
      default:
        throw badRequest('the body is no protobuf message')
    }
  }
}

interface Reader {
  readonly bytes: Buffer
  at: number
}

function varint(reader: Reader): bigint {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[reader.at]
    if (byte === undefined) break
    reader.at += 1
    value |= BigInt(byte & 0x7f) << shift
    // Negative numbers are sent as their 64-bit complement.
    if (byte < 0x80) return BigInt.asIntN(64, value)
  }
  throw badRequest('the body is a protobuf message cut short')
}

function take(reader: Reader, length: number): Buffer {
  const end = reader.at + length
  if (end > reader.bytes.length) throw badRequest('the body is a protobuf message cut short')
  const taken = reader.bytes.subarray(reader.at, end)
  reader.at = end
  return taken
}
