/** The Distinguished Encoding Rules of X.690, as far as a certificate needs them. */

/** One element: a tag, the length, the contents. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body])
}

function lengthOf(length: number): Buffer {
  if (length < 128) return Buffer.from([length])
  const bytes = length < 256 ? [length] : [length >> 8, length & 255]
  return Buffer.from([128 + bytes.length, ...bytes])
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(0x30, ...parts)
export const set = (...parts: readonly Uint8Array[]): Buffer => element(0x31, ...parts)
export const octets = (contents: Uint8Array): Buffer => element(0x04, contents)
/** Letters, digits, spaces and `'()+,-./:=?` alone. */
export const text = (value: string): Buffer => element(0x13, Buffer.from(value))
export const yes: Buffer = element(0x01, Buffer.from([255]))
/** A number without a sign, the first byte not zero. */
export const integer = (bytes: Uint8Array): Buffer =>
  element(0x02, Buffer.from((bytes[0] ?? 0) > 127 ? [0] : []), bytes)
/** `unused`: how many of the last bits do not count. */
export const bits = (contents: Uint8Array, unused = 0): Buffer =>
  element(0x03, Buffer.from([unused]), contents)
/** The n-th choice or optional part of a structure, made of elements. */
export const part = (n: number, ...contents: readonly Uint8Array[]): Buffer => element(0xa0 + n, ...contents)
/** The same, of plain bytes. */
export const plainPart = (n: number, contents: Uint8Array): Buffer => element(0x80 + n, contents)

/** An object identifier such as `2.5.4.3`. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(number: number): number[] {
  const digits = [number & 127]
  for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 127) | 128)
  return digits
}

/** Two digits of the year up to 2049, as RFC 5280 wants it. `ms` since the epoch. */
export function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\.\d+|[-:T]/g, '')
  const year = Number(digits.slice(0, 4))
  return year < 2050 ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits))
}
